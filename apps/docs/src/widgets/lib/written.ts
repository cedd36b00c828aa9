/** A number for people: so many digits behind the point, and a minus sign that is one. */
export const written = (value: number, digits = 2): string => {
  const text = value.toFixed(digits);
  return (Number(text) === 0 ? text.replace('-', '') : text).replace('-', '−');
};
