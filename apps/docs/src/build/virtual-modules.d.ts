declare module '*?drawn' {
  const text: string;
  export default text;
}
