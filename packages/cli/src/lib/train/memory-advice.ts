/** What the trainer advises programs to do. */
const forPrograms = "Use smaller batches, gradient: 'recompute', or a smaller model.";

const advice: Readonly<Record<string, string>> = {
  train:
    'Give a smaller --batch, --gradient recompute, fewer --layers or a smaller --hidden; for a folder of pictures, a smaller --size.',
};

/** The message of an error in the words of a command: options to give, where the libraries speak of arguments. */
export const inWordsOf = (command: string | undefined, message: string): string =>
  message.replace(forPrograms, () => advice[command ?? ''] ?? 'Give fewer rows, or a smaller model.');
