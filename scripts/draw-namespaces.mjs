// Draws docs/public/namespaces.svg of a real run, with Graphviz (Debian: graphviz): the namespaces of a shell, and in them a
// command with three of its own. They have their own /proc, so nothing of the machine shows.
//
//   pnpm build && pnpm exec node scripts/draw-namespaces.mjs
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url))
const ns = [process.execPath, path('packages/cli/dist/ns.js')]
// An init is in the time namespace that it was born in (time_namespaces(7)): it would stand alone.
const types = ['user', 'pid', 'uts', 'net', 'mount', 'ipc', 'cgroup'].map(
  (type) => `--type ${type}`,
)
const script = `"$@" run --user --pid --hostname box -- sh -c 'echo; sleep 600' | { read -r _; "$@" ls --dot ${types.join(' ')}; kill -9 -1; }`

const dot = run([...ns, 'run', '--all', '--', 'sh', '-c', script, 'sh', ...ns])
const style = [
  '-Grankdir=LR',
  '-Gbgcolor=white',
  '-Gpad=0.2',
  '-Nfontname=sans-serif',
  '-Nfontsize=11',
]
// From the element on: what stands before it names a server for the type of the document.
const [, svg] = run(['dot', '-Tsvg', ...style], dot).split(/(?=<svg )/)
const titled = svg.replace(
  '>',
  '>\n<title>Who owns whom: the namespaces of a shell and of a command in it</title>',
)
writeFileSync(path('docs/public/namespaces.svg'), titled)

function run([file, ...args], input) {
  const { stdout, stderr, error } = spawnSync(file, args, { input, encoding: 'utf8' })
  if (error || stdout === '') throw error ?? new Error(`${file} has printed nothing: ${stderr}`)
  return stdout
}
