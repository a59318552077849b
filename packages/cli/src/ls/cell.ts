// Commands and paths are other people's words: what would move the cursor or colour the screen is shown, not sent.

/** Text that a terminal takes for nothing but text. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
}

/** Characters that take two places: those of East Asia, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u

const segmenter = new Intl.Segmenter()
const graphemes = (text: string) => [...segmenter.segment(text)].map(({ segment }) => segment)
const placesOf = (grapheme: string) => (WIDE.test(grapheme) ? 2 : 1)

/** The places that a text takes on a terminal. */
export function widthOf(text: string): number {
  return graphemes(text).reduce((sum, one) => sum + placesOf(one), 0)
}

/** As much of it as fits, with an ellipsis where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let left = width - 1
  for (const one of graphemes(text)) {
    left -= placesOf(one)
    if (left < 0) break
    kept += one
  }
  return `${kept}…`
}
