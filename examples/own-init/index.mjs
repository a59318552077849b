// PID 1 of one's own: with `init: false` the command itself is the first process, and has an init's duties.
import { run, spawn } from '@ns/spawn'

const namespaces = { user: true, mount: true, pid: { init: false } }

// It is 1, orphans become its children, and the kernel ends all others with it.
const script = `
  echo "I am $$"
  orphan=$(sh -c 'sleep 60 > /dev/null & echo $!')
  echo "the orphan's parent is" $(ps -o ppid= -p $orphan)`
console.log((await run('sh', ['-c', script], { namespaces })).stdout.trim())

// A signal for which it has no handler does not reach PID 1: one that has a handler takes it.
const child = spawn(
  'sh',
  ['-c', 'trap "echo TERM; exit 3" TERM; echo ready; while :; do sleep 0.05; done'],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
    namespaces,
  },
)
for await (const text of child.stdout.setEncoding('utf8')) {
  process.stdout.write(text)
  if (text === 'ready\n') child.kill('SIGTERM')
}
console.log('exit code', (await child.exited).exitCode)
