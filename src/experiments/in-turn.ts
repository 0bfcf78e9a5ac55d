/** Turns generators in turn, so that what they do grows side by side. Returns their results in their order. */
export async function* inTurn<E, R>(
  generators: readonly AsyncGenerator<E, R>[],
): AsyncGenerator<E, R[]> {
  const results: R[] = [];
  let left = [...generators.entries()];
  try {
    while (left.length > 0)
      for (const [i, generator] of left) {
        const { done, value } = await generator.next();
        if (!done) yield value;
        else {
          results[i] = value;
          left = left.filter(([other]) => other !== i);
        }
      }
  } finally {
    for (const [, generator] of left) await generator.return(undefined as never);
  }
  return results;
}
