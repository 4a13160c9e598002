/** The thread between a group of workers and the process that started them. */

/** Sent to a worker that is to finish. */
export const STOP_MESSAGE = "stop";

/**
 * In a worker: a message of the parent, or its death, counts as the first signal. Signals would be counted twice where a
 * terminal sends Ctrl-C to every process of the group and the parent passes it on.
 */
export function stopWithParent(): void {
  if (!process.channel) return;
  let isAsked = false;
  const stop = (): void => {
    if (isAsked) return;
    isAsked = true;
    process.emit("SIGTERM");
  };
  process.on("message", (message) => {
    if (message === STOP_MESSAGE) stop();
  });
  process.on("disconnect", stop);
  // The link must not keep a worker alive that is done.
  process.channel.unref();
}
