import { shownFlag, TAIL } from './help.ts'
import { print } from './print.ts'
import type { Verb, Verbs } from './verb.ts'

/** `ns man`: the manual, which the package carries as a file. */
export function man(verbs: () => Verbs): Verb {
  return {
    summary: 'prints the manual, as a man page',
    usage: '',
    text: 'Print the manual as roff, as man ns shows it where npm has installed it.',
    examples: [['ns man | man -l -', 'reads it']],
    topics: {},
    run: () => print(page(verbs())),
  }
}

/** All verbs with their flags, in man(7)'s macros. */
function page(verbs: Verbs): string {
  const synopsis = [...verbs].flatMap(([name, { usage }]) => [
    `.B ns ${name}`,
    usage ? roff(usage) : '',
    '.br',
  ])
  const sections = [...verbs].flatMap(([name, verb]) => sectionOf(name, verb))
  return [
    '.TH NS 1 "" "@ns/cli"',
    '.SH NAME',
    'ns \\- run programs in Linux namespaces, see them, enter them',
    '.SH SYNOPSIS',
    ...synopsis,
    ...sections,
    '.SH EXIT STATUS',
    ...TAIL.split('\n').map(roff),
    '.SH SEE ALSO',
    'unshare(1), nsenter(1), bwrap(1), lsns(8), namespaces(7)',
  ]
    .filter(Boolean)
    .join('\n')
}

function sectionOf(name: string, { text, topics, examples, notes }: Verb): readonly string[] {
  const flags = Object.entries(topics).flatMap(([topic, flags]) => [
    '.PP',
    `${roff(topic)}:`,
    ...Object.entries(flags).flatMap(([flag, one]) => [
      '.TP',
      `.B ${roff(shownFlag(flag, one))}`,
      roff(one.text),
    ]),
  ])
  const shown = examples.flatMap(([command, what]) => ['.TP', `.B ${roff(command)}`, roff(what)])
  return [
    `.SH NS ${name.toUpperCase()}`,
    roff(text),
    ...(notes ? ['.PP', roff(notes)] : []),
    ...flags,
    '.PP',
    'Examples:',
    ...shown,
  ]
}

/** A backslash, a dash that is to be copied, and a line that would begin a macro. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
}
