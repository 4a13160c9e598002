/** Begins to fetch some files before they are asked for, so that many small ones are not waited for one by one. */

/** Files on their way at a time. */
const FILES = 16;
/** Bytes of a file fetched before it is asked for; the rest waits in the connection. */
const BYTES = 512 * 1024;

interface Fetched<File> {
  readonly file: File;
  readonly pieces: () => AsyncIterable<Uint8Array>;
  readonly drop: () => Promise<void>;
}

/** The files in their order, each with its bytes; a fault of one comes out where its bytes are read. */
export async function* readAhead<File extends { open(): AsyncIterable<Uint8Array> }>(
  files: readonly File[],
): AsyncGenerator<{ readonly file: File; readonly pieces: AsyncIterable<Uint8Array> }> {
  const waiting: Fetched<File>[] = [];
  let next = 0;
  try {
    for (;;) {
      while (waiting.length < FILES && next < files.length) {
        const file = files[next];
        next += 1;
        if (file) waiting.push(fetched(file));
      }
      const first = waiting.shift();
      if (!first) return;
      try {
        yield { file: first.file, pieces: first.pieces() };
      } finally {
        await first.drop();
      }
    }
  } finally {
    await Promise.all(waiting.map((each) => each.drop()));
  }
}

function fetched<File extends { open(): AsyncIterable<Uint8Array> }>(file: File): Fetched<File> {
  const pieces = file.open()[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  const begun = hold(pieces, held);
  // Awaited when the file's turn comes; a fault must not count as unhandled until then.
  begun.catch(() => undefined);
  return {
    file,
    pieces: async function* () {
      const isEnd = await begun;
      yield* held;
      if (isEnd) return;
      for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) yield piece.value;
    },
    drop: async () => {
      await begun.catch(() => undefined);
      await pieces.return?.();
    },
  };
}

/** @returns whether that was all of it */
async function hold(pieces: AsyncIterator<Uint8Array>, held: Uint8Array[]): Promise<boolean> {
  for (let bytes = 0; bytes < BYTES;) {
    const { done, value } = await pieces.next();
    if (done) return true;
    // A piece is valid until the next one is asked for.
    held.push(value.slice());
    bytes += value.length;
  }
  return false;
}
