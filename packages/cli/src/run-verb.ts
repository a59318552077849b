import { parse } from './command-line.ts'
import { topics } from './run/flags.ts'
import { run } from './run.ts'
import type { Verb } from './verb.ts'

/** `ns run`: a command in namespaces of its own. */
export const runVerb: Verb = {
  summary: 'runs a command in namespaces of its own',
  usage: '[flags] -- command…',
  text: 'Run a command in namespaces that the flags make or enter. Without flags it runs as it would without ns.',
  examples: [
    ['ns run --all -- sh', 'a shell with all of its own'],
    ['ns run --user --net -- make test', 'no network, as an ordinary user too'],
    ['ns run --user --allow registry.example:443 -- npm ci', 'a network with one way out'],
    ['ns run --all --share net --readonly --tmpfs /tmp -- sh', 'read-only, with our network'],
    ['ns run --user --root DIR --proc /proc --dev /dev -- sh', 'a directory as the root'],
    ['ns run --persist net=/run/netns/blue -- true', 'one that stays: ip -n blue link'],
    ['ns run --all --cap-drop all --limit nproc=64 -- ./untrusted', 'with less than nothing'],
  ],
  topics,
  notes:
    'A value that begins with a dash is joined by =: --boottime=-60. What stands behind -- is the command, whatever it looks like.',
  run: (args) => run(parse(args)),
}
