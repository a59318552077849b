import type { Flag } from '../flags.ts'
import type { Verb, Verbs } from '../verb.ts'

/** The script for bash; it needs nothing but bash. */
export function bash(verbs: Verbs): string {
  const cases = [...verbs].map(([name, verb]) => verbCase(name, verb))
  return `# bash completion of ns; made by: ns completion bash
_ns() {
  local IFS=$' \\t\\n' cur=\${COMP_WORDS[COMP_CWORD]} verb=\${COMP_WORDS[1]} flag= i
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${[...verbs.keys()].join(' ')} help --version' -- "$cur"))
    return
  fi
  # Behind -- stands a command: its words are completed as if they stood alone.
  for ((i = 2; i < COMP_CWORD; i++)); do
    [[ \${COMP_WORDS[i]} == -- ]] || continue
    if ((i + 1 == COMP_CWORD)); then
      COMPREPLY=($(compgen -c -- "$cur"))
    elif declare -F _command_offset >/dev/null; then
      _command_offset $((i + 1))
    else
      compopt -o filenames
      COMPREPLY=($(compgen -f -- "$cur"))
    fi
    return
  done
  # bash breaks words at = and : too: '--user=ro' is three of them, 'net=/run' behind --join as well.
  local before=\${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $cur == = ]]; then cur=; flag=$before; elif [[ $before == = ]]; then flag=\${COMP_WORDS[COMP_CWORD - 2]}; else flag=$before; fi
  if [[ $before == = || \${COMP_WORDS[COMP_CWORD]} == = ]] && [[ $flag != -* ]]; then
    compopt -o filenames
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
  [[ \${COMP_WORDS[COMP_CWORD - 1]} == : ]] && flag=--file
  [[ $cur == : ]] && cur= && flag=--file
  case $verb in
${cases.join('\n')}
    help) COMPREPLY=($(compgen -W '${[...verbs.keys()].join(' ')}' -- "$cur")) ;;
  esac
}
complete -F _ns ns`
}

function verbCase(name: string, { topics, words }: Verb): string {
  const flags = Object.values(topics).flatMap((one) => Object.entries(one))
  const values = flags.filter(([, { type }]) => type === 'string')
  const lines = values.map(([flag, one]) => {
    const names = [`--${flag}`, ...(one.short ? [`-${one.short}`] : [])]
    return `        ${names.join('|')}) ${action(one)} ;;`
  })
  const all = [
    ...flags.map(([flag]) => `--${flag}`),
    '--help',
    ...(takesCommand(topics) ? ['--'] : []),
  ]
  // A value that may be left out is joined by =, so the next word is another flag.
  const isJoined = values.filter(([, { bare }]) => bare !== undefined).map(([flag]) => `--${flag}`)
  return `    ${name})
      case $flag in${isJoined.length > 0 ? `\n        ${isJoined.join('|')}) [[ $before == = || \${COMP_WORDS[COMP_CWORD]} == = ]] || flag= ;;` : ''}
      esac
      case $flag in
${lines.join('\n')}
        --file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
        *) COMPREPLY=($(compgen -W '${words?.join(' ') ?? all.join(' ')}' -- "$cur")) ;;
      esac ;;`
}

function takesCommand(topics: Verb['topics']): boolean {
  return 'The process' in topics
}

function action({ words }: Flag): string {
  if (words === 'file') return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur"))'
  if (words === 'directory') return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$cur"))'
  if (words === 'pid') return 'COMPREPLY=($(compgen -W "$(cd /proc && echo [0-9]*)" -- "$cur"))'
  if (words === undefined) return ':'
  const opens = words.some((word) => word.endsWith('=')) ? 'compopt -o nospace; ' : ''
  return `${opens}COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur"))`
}
