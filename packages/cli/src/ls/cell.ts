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
