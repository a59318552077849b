import { styleText } from 'node:util'
import { printable } from '../printable.ts'
import { cut, widthOf } from './cell.ts'

/** A line of a table. */
export interface Row {
  readonly cells: readonly string[]
  readonly style?: Style | undefined
}

type Style = 'bold' | 'cyan' | 'yellow'

/** Where it is printed. */
export interface Screen {
  /** Places in a line; absent: as many as it takes. */
  readonly width?: number | undefined
  readonly hasColors: boolean
}

/** The screen that stdout is; a file or a pipe has neither colours nor an end of the line. */
export function screenOf(stdout: NodeJS.WriteStream): Screen {
  if (!stdout.isTTY) return { hasColors: false }
  return { width: stdout.columns || undefined, hasColors: stdout.hasColors() }
}

/** Columns below their heads; the last one gives way where the line is too long. */
export function table(
  heads: readonly string[],
  rows: readonly Row[],
  { width = Number.POSITIVE_INFINITY, hasColors }: Screen,
): string {
  const all: readonly Row[] = [{ cells: heads, style: 'bold' }, ...rows]
  const printed = all.map(({ cells }) => cells.map(printable))
  const widths = heads.map((_, i) => Math.max(...printed.map((cells) => widthOf(cells[i] ?? ''))))
  const lines = printed.map((cells) =>
    cut(
      cells
        .map((cell, i) => padded(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
      width,
    ),
  )
  return lines
    .map((line, i) => {
      const style = all[i]?.style
      return hasColors && style ? styleText(style, line, { validateStream: false }) : line
    })
    .join('\n')
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(width - widthOf(text))
}
