/** Text in which the kernel wrote space, tab, newline and backslash as `\040`: /proc/PID/mountinfo. */
export function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text
  const latin1 = Buffer.from(text).toString('latin1')
  const bytes = latin1.replace(/\\([0-7]{3})/g, (_, octal) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return Buffer.from(bytes, 'latin1').toString()
}
