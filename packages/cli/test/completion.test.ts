import { spawnSync } from 'node:child_process'
import { needs, program, Scratch } from '@ns/testkit'
import { beforeEach, describe, expect, test } from 'vitest'
import { bash } from '../src/completion/bash.ts'
import { zsh } from '../src/completion/zsh.ts'
import { verbs } from '../src/verbs.ts'
import { runNs } from './support/ns.ts'
import { Terminal } from './support/terminal.ts'

/** What bash itself offers behind a line, its words broken as bash breaks them. */
function complete(...words: string[]): readonly string[] {
  const script = `${bash(verbs)}
    compopt() { :; } # bash has it during a completion only
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _ns; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', 'ns', ...words], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  return stdout.split('\n').filter(Boolean)
}

describe('bash', () => {
  test('completes verbs, their flags and the values of those', () => {
    expect(complete('e')).toEqual(['explain', 'enter'])
    expect(complete('run', '--map')).toEqual(['--map-user', '--map-group'])
    expect(complete('run', '--propagation', 's')).toEqual(['slave', 'shared'])
    expect(complete('run', '--user', '=', 'r')).toEqual(['root'])
    expect(complete('run', '--user', '--ut')).toEqual(['--uts'])
    expect(complete('run', '--persist', 'ne')).toEqual(['net='])
    expect(complete('run', '--limit', 'nof')).toEqual(['nofile='])
    expect(complete('ls', '--type', 'm')).toEqual(['mount'])
    expect(complete('completion', 'b')).toEqual(['bash'])
    expect(complete('help', 'doc')).toEqual(['doctor'])
    expect(complete('enter', '-t', `${process.pid}`)).toContain(`${process.pid}`)
  })

  test('completes files where a value is one, and the command behind --', () => {
    expect(complete('run', '--root', '/us')).toEqual(['/usr'])
    expect(complete('run', '--persist', 'net', '=', '/etc/passw')).toContain('/etc/passwd')
    expect(complete('run', '--bind', '/usr', ':', '/etc/hostnam')).toContain('/etc/hostname')
    expect(complete('run', '--all', '--', 'hostnam')).toContain('hostname')
    expect(complete('run', '--', 'cat', '/etc/passw')).toContain('/etc/passwd')
  })

  test('a line that is typed at a terminal is completed', async () => {
    using scratch = new Scratch()
    const rc = `${bash(verbs)}\nns() { printf '<%s>' "$@"; exit; }\nPS1='ready> '`
    await using terminal = new Terminal(['bash', '--rcfile', scratch.file('rc', rc), '-i'])
    await terminal.see(/ready> /)
    terminal.type('ns enter --target-cg\t --user-par\t\r')
    await terminal.see(/<enter><--target-cgroup><--user-parent>/)
  })
})

describe('zsh', () => {
  beforeEach(needs(program('zsh')))

  /** A zsh at a terminal, in which `ns` prints its words. */
  async function opened(scratch: Scratch, load: string): Promise<Terminal> {
    scratch.file('functions/_ns', zsh(verbs))
    const functions = scratch.at('functions')
    scratch.file(
      '.zshrc',
      `PS1='ready> ' fpath=('${functions}' $fpath); autoload -Uz compinit; compinit -u -D
      ns() { printf '<%s>' "$@"; print }; ${load.replace('FUNCTIONS', functions)}`,
    )
    const terminal = new Terminal(['env', `ZDOTDIR=${scratch.path}`, 'zsh', '-d', '-i'])
    await terminal.see(/ready> /)
    return terminal
  }

  /** What it makes of a line that is typed; a tab is what completes. */
  async function typed(terminal: Terminal, line: string): Promise<string> {
    terminal.type(`ns ${line}\r`)
    return (await terminal.see(/(<[^<>\r\n]*>)+(?=\r?\n)/)).trim()
  }

  test('a line that is typed is completed, from the first one on', async () => {
    using scratch = new Scratch()
    await using terminal = await opened(scratch, '')
    const lines = {
      'doc\t': '<doctor>',
      'enter --target-cg\t--user-par\t': '<enter><--target-cgroup><--user-parent>',
      'run --user=cu\t': '<run><--user=current>',
      'run --propagation sl\t': '<run><--propagation><slave>',
      'run --root /us\tshar\t': '<run><--root></usr/share>',
      'ls --type=m\t': '<ls><--type=mount>',
      'run --all -- hostna\t': '<run><--all><--><hostname>',
      'completion z\t': '<completion><zsh>',
    }
    for (const [line, words] of Object.entries(lines))
      expect(await typed(terminal, line)).toBe(words)
  })

  test('so it is by a script that was sourced', async () => {
    using scratch = new Scratch()
    await using terminal = await opened(scratch, 'source FUNCTIONS/_ns')
    expect(await typed(terminal, 'doc\t')).toBe('<doctor>')
  })
})

test('zsh has each verb and flag, in words that _arguments takes', () => {
  const script = zsh(verbs)
  for (const [name, { topics }] of verbs) {
    expect(script).toContain(`    ${name}) _arguments`)
    for (const flag of Object.values(topics).flatMap(Object.keys))
      expect(script).toContain(`--${flag}`)
  }
  expect(script).toContain("'*--share=[but not this one, with --all]:value:(user uts mount pid")
  expect(script).toContain("'--user=-[user ids\\: 0 inside, or as outside]::value:(root current")
})

test('ns completion prints them, and refuses other shells', async () => {
  expect((await runNs('completion', 'bash')).stdout).toBe(`${bash(verbs)}\n`)
  expect(await runNs('completion', 'fish')).toMatchObject({ code: 125, stdout: '' })
})
