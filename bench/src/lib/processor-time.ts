/** Milliseconds that the processor worked for this thread: what others do beside it counts little. */
export const processorTime = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
