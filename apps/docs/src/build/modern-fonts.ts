import type { Plugin } from 'vite';

/** KaTeX names each font in three formats; every browser that trains a flow reads the first. */
export function modernFonts(): Plugin {
  return {
    name: 'diffeo:modern-fonts',
    enforce: 'pre',
    transform(code, id) {
      if (!id.includes('katex.min.css')) return null;
      return { code: code.replace(/,url\([^)]*\.(?:woff|ttf)\) format\("(?:woff|truetype)"\)/g, ''), map: null };
    },
  };
}
