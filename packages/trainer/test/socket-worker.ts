/** A process that serves flows over a socket: its port is the first argument. */
import { connect } from 'node:net';
import { serveFlows, socketPort } from '../src/worker.ts';

const socket = connect(Number(process.argv[2]), '127.0.0.1');
socket.on('close', () => process.exit());
serveFlows([], { port: socketPort(socket) });
