import { print } from '../print.ts'
import { UsageError } from '../usage-error.ts'
import type { Verb, Verbs } from '../verb.ts'
import { bash } from './bash.ts'
import { zsh } from './zsh.ts'

const shells = { bash, zsh }

/** `ns completion`: what a shell has to know to complete the words of `ns`. */
export function completion(verbs: () => Verbs): Verb {
  return {
    summary: 'prints what makes a shell complete all this',
    usage: 'bash|zsh',
    text: 'Print a script that makes a shell complete verbs, flags, their values, and the command behind --.',
    examples: [
      ['source <(ns completion bash)', 'in this shell; in ~/.bashrc in all'],
      ['ns completion zsh > ~/.zfunc/_ns', 'a directory of $fpath'],
    ],
    topics: {},
    words: Object.keys(shells),
    run([shell = '', ...more]) {
      if (!(shell in shells) || more.length > 0)
        throw new UsageError(`completion ${shell}: ${Object.keys(shells).join(' or ')} is wanted`)
      return print(shells[shell as keyof typeof shells](verbs()))
    },
  }
}
