import type { Subprocess } from '@ns/spawn'
import { makeRaw } from './raw-mode.ts'

type Pty = NonNullable<Subprocess['pty']>

/**
 * Connects our terminal with the command's: every key, ^C and ^Z too, is for the programs there.
 *
 * @returns what gives our terminal back as it was
 */
export function connect(pty: Pty): () => void {
  const { stdin, stdout } = process
  let giveBack = makeRaw(stdin.fd)
  const resize = () => pty.resize(stdout.columns || 80, stdout.rows || 24)
  const type = (keys: Buffer) => pty.write(keys)
  const show = (shown: Buffer) => {
    if (stdout.write(shown)) return
    pty.pause()
    stdout.once('drain', () => pty.resume())
  }
  const stop = () => {
    giveBack()
    process.kill(process.pid, 'SIGSTOP')
  }
  const goOn = () => {
    giveBack() // a shell may have changed it, or nobody
    giveBack = makeRaw(stdin.fd)
    resize()
  }
  const end = () => giveBack()
  stdin.on('data', type)
  pty.on('data', show)
  stdout.on('resize', resize)
  process.on('SIGTSTP', stop)
  process.on('SIGCONT', goOn)
  process.on('exit', end) // by a throw, too
  return () => {
    stdin.off('data', type)
    stdin.pause()
    stdout.off('resize', resize)
    process.off('SIGTSTP', stop)
    process.off('SIGCONT', goOn)
    process.off('exit', end)
    giveBack()
  }
}
