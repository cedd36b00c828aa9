/** A recipe of which it is known what was read. */
export interface WatchedRecipe<R> {
  readonly recipe: R;
  /** What it says and nothing asked for, such as `tailBound`, `at['4'].activation` or `transforms['_transform']`. */
  unread(): readonly string[];
}

/** The recipe, and what it says for single transforms, remembering which options the parts of a file ask for. */
export function watchedRecipe<R extends object>(recipe: R): WatchedRecipe<R> {
  const unread = new Set<string>();
  function watched<T extends object>(options: T, path: (name: string) => string): T {
    for (const [name, value] of Object.entries(options)) if (value !== undefined) unread.add(path(name));
    return new Proxy(options, {
      get: (target, name) => {
        unread.delete(path(String(name)));
        return Reflect.get(target, name);
      },
    });
  }
  const own = Object.entries(('at' in recipe && recipe.at) || {}).map(
    ([place, options]: [string, object]) => [place, watched(options, (name) => `at['${place}'].${name}`)] as const,
  );
  const lists = 'transforms' in recipe && typeof recipe.transforms === 'object' ? recipe.transforms : null;
  const parts = {
    ...(own.length > 0 && { at: Object.fromEntries(own) }),
    ...(lists && { transforms: watched(lists, (name) => `transforms['${name}']`) }),
  };
  const whole = watched({ ...recipe, ...parts }, (name) => name);
  unread.delete('library'); // which chose the reader
  unread.delete('at'); // of which the single options count
  return { recipe: whole, unread: () => [...unread] };
}

/** The recipe of one transform of a list, from 0: what is said for it alone, and for the rest what is said for all. */
export function recipeAt<R extends { readonly at?: Readonly<Record<string, object>> }>(recipe: R, place: number): R {
  const own = recipe.at?.[place];
  return new Proxy(recipe, {
    get: (all, name) => {
      if (name === 'at') return undefined; // of the whole list alone
      return (own && Reflect.get(own, name)) ?? Reflect.get(all, name);
    },
  });
}
