import { main } from '@diffeo/cli';

// A process of its own: what it took at most is that of this one run of the command.
const code = await main(process.argv.slice(2));
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
process.stderr.write(`${JSON.stringify({ code, cpuSeconds, peakBytes: maxRSS * 1024 })}\n`);
