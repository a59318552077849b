import type { Flag } from '../flags.ts'
import type { Verb, Verbs } from '../verb.ts'

/** The script for zsh: a file `_ns` in a directory of `$fpath`. */
export function zsh(verbs: Verbs): string {
  const list = [...verbs].map(
    ([name, { summary }]) => `    ${quote(`${name}:${escaped(summary)}`)}`,
  )
  const cases = [...verbs].map(([name, verb]) => `    ${name}) ${argumentsOf(verb)} ;;`)
  return `#compdef ns
# zsh completion of ns; made by: ns completion zsh
_ns() {
  local context state line verb=$words[2]
  local -a verbs=(
${list.join('\n')}
    'help:says all this'
  )
  if (( CURRENT == 2 )); then
    _describe verb verbs
    return
  fi
  # Behind -- stands a command.
  local at=\${words[(i)--]}
  if (( at < CURRENT )); then
    words=("\${(@)words[at + 1, -1]}")
    (( CURRENT -= at ))
    _normal
    return
  fi
  words=("\${(@)words[2, -1]}")
  (( CURRENT -= 1 ))
  case $verb in
${cases.join('\n')}
    help) _describe verb verbs ;;
  esac
}
# In a directory of $fpath this file is the function, at its first call; where it is sourced there was none yet.
if [[ $funcstack[1] == _ns ]]; then _ns "$@"; else compdef _ns ns; fi`
}

function argumentsOf({ topics, words }: Verb): string {
  const flags = Object.values(topics).flatMap((one) => Object.entries(one))
  const specs = flags.flatMap(([name, flag]) => specsOf(name, flag))
  const own = words ? [`1:word:(${words.join(' ')})`] : []
  return ['_arguments', ...[...specs, ...own, '--help[says all this]'].map(quote)].join(
    ' \\\n      ',
  )
}

function specsOf(name: string, flag: Flag): readonly string[] {
  const repeat = flag.multiple ? '*' : ''
  const text = `[${escaped(flag.text)}]`
  const value = flag.type === 'string' ? `:value:${action(flag)}` : ''
  const joined = flag.bare === undefined ? (flag.type === 'string' ? '=' : '') : '=-'
  const optional = flag.bare === undefined ? '' : ':'
  const long = `${repeat}--${name}${joined}${text}${value && optional + value}`
  const short = flag.short
    ? [`${repeat}-${flag.short}${text}${flag.bare === undefined ? value : ''}`]
    : []
  return [long, ...short]
}

function action({ words }: Flag): string {
  if (words === 'file') return '_files'
  if (words === 'directory') return '_files -/'
  if (words === 'pid') return '_pids'
  return words === undefined ? ' ' : `(${words.join(' ')})`
}

const escaped = (text: string) => text.replace(/[[\]:\\]/g, '\\$&')
const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
