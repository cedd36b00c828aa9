/** The package that a type is named by: `@scope/name` of `@scope/name/part`. */
export const packageOf = (type: string): string =>
  type
    .split('/')
    .slice(0, type.startsWith('@') ? 2 : 1)
    .join('/');
