import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { launch } from '../src/index.ts'
import { launcherElf } from '../src/process/launcher.ts'
import { Directory } from './support/files.ts'
import { fresh, rootInside } from './support/namespaces.ts'
import { failure, run, shell } from './support/run.ts'

const directory = new Directory()
afterAll(() => directory[Symbol.dispose]())
const script = '#!/bin/sh\necho "$0" "$@"\n'

describe('B3: what could not be executed', () => {
  const missing = directory.at('missing')
  const plain = directory.write('plain', script, 0o644)
  const noInterpreter = directory.write('no-interpreter', '#!/no/interpreter\n', 0o755)
  const foreign = directory.write('foreign', foreignProgram(), 0o755)
  const cases = [
    ['a missing program', missing, 'ENOENT', `'${missing}' does not exist in the child's root`],
    [
      'a file that is not executable',
      plain,
      'EACCES',
      `'${plain}' is not executable, or not reachable for the command`,
    ],
    ['a directory', directory.path, 'EACCES', `'${directory.path}' is a directory`],
    [
      'a script whose interpreter is missing',
      noInterpreter,
      'ENOENT',
      `the interpreter of '${noInterpreter}' is missing`,
    ],
    [
      'a program for another machine',
      foreign,
      'ENOEXEC',
      `'${foreign}' is a program for another machine`,
    ],
  ] as const

  test.each(cases)('%s has a reason of its own', async (_, file, code, reason) => {
    const args = ['--one', 'two']
    const error = await failure({ file, args })
    expect(error).toMatchObject({
      code,
      syscall: `spawn ${file}`,
      path: file,
      spawnargs: args,
      message: `spawn ${file} ${code}: ${reason}`,
      step: { phase: 'exec' },
      cause: { code, path: file, syscall: 'execve' },
    })
    expect(error.errno).toBeLessThan(0)
  })

  test('of a name that was looked up, the one says so that is there', async () => {
    const env = { PATH: `${directory.path}:/usr/bin` }
    const about = async (file: string) => (await failure({ file, env })).message
    expect(await about('no-interpreter')).toBe(
      `spawn no-interpreter ENOENT: the interpreter of '${noInterpreter}' is missing`,
    )
    expect(await about('missing')).toBe(
      "spawn missing ENOENT: 'missing' is in no directory of the command's PATH, in the child's root",
    )
  })

  test('the reasons are five', () => {
    expect(new Set(cases.map(([, , , reason]) => reason.replace(/'[^']*'/, ''))).size).toBe(5)
  })

  test('a program that ends with 127 itself has an exit, not an error', async () => {
    expect(await shell('exit 127')).toMatchObject({ exitCode: 127, signalCode: null })
  })

  test('B5: it is known in the tick of the start', async () => {
    const child = launch([], { file: missing })
    expect(child.waitForStart(5000)).toBe('failing')
    await expect(child.started).rejects.toThrow(/ENOENT/)
  })
})

describe('the working directory', () => {
  const file = '/bin/pwd'

  test('is what was asked for', async () => {
    expect((await run({ file, cwd: directory.path })).stdout).toBe(`${directory.path}\n`)
  })

  test('that is missing has the code and shape of Node, and says that it was not the program', async () => {
    const cwd = directory.at('nowhere')
    expect(await failure({ file, cwd })).toMatchObject({
      code: 'ENOENT',
      syscall: `spawn ${file}`,
      path: file,
      spawnargs: [],
      message: `spawn ${file} ENOENT: the working directory '${cwd}' does not exist in the child's root`,
      step: { phase: 'cwd' },
      cause: { path: cwd, syscall: 'chdir' },
    })
  })

  test('that is a file is ENOTDIR', async () => {
    const error = await failure({ file, cwd: directory.write('file', '', 0o644) })
    expect(error).toMatchObject({ code: 'ENOTDIR', step: { phase: 'cwd' } })
  })

  test('that the command may not enter is EACCES, though this process may: its capabilities are gone by then', async () => {
    const cwd = directory.at('closed')
    mkdirSync(cwd)
    chmodSync(cwd, 0)
    const isRoot = process.getuid?.() === 0
    const error = await failure({ file, cwd }, isRoot ? [fresh('uts')] : [])
    chmodSync(cwd, 0o700)
    expect(error).toMatchObject({ code: 'EACCES', step: { phase: 'cwd' } })
  })
})

describe('ETXTBSY', () => {
  const file = directory.write('busy', script, 0o755)

  test('a program that is being written is asked for again until it is closed', async () => {
    const writer = openSync(file, 'r+')
    const running = run({ file })
    await setTimeout(50)
    closeSync(writer)
    expect((await running).stdout).toBe(`${file}\n`)
  })

  test('one that stays open is an error, and no other directory’s program is run', async () => {
    mkdirSync(directory.at('later'))
    directory.write('later/busy', script, 0o755)
    const env = { PATH: `${directory.path}:${directory.at('later')}` }
    const writer = openSync(file, 'r+')
    const error = await failure({ file: 'busy', env })
    closeSync(writer)
    expect(error).toMatchObject({
      code: 'ETXTBSY',
      syscall: 'spawn busy',
      message: `spawn busy ETXTBSY: '${file}' is open for writing`,
    })
  })
})

describe('ENOEXEC', () => {
  test('a script without #! is run by /bin/sh, with its arguments', async () => {
    const file = directory.write('bare', 'echo "$0" "$@"\n', 0o755)
    expect((await run({ file, args: ['a b', ''] })).stdout).toBe(`${file} a b \n`)
  })

  test('found by PATH it is run from where it was found', async () => {
    const file = directory.write('bare-by-name', 'echo "$0" "$1"\n', 0o755)
    const env = { PATH: directory.path }
    expect((await run({ file: 'bare-by-name', args: ['x'], env })).stdout).toBe(`${file} x\n`)
  })
})

describe('PATH', () => {
  const [first, second] = [directory.at('first'), directory.at('second')]
  mkdirSync(first)
  mkdirSync(second)
  const both = `${first}:${second}`
  directory.write('second/only-second', script, 0o755)
  directory.write('first/both', '#!/bin/sh\necho first\n', 0o644)
  directory.write('second/both', '#!/bin/sh\necho second\n', 0o755)
  directory.write('first/closed', script, 0o644)

  test("is the child's own", async () => {
    expect((await run({ file: 'only-second', env: { PATH: both } })).stdout).toBe(
      `${second}/only-second\n`,
    )
    expect(await failure({ file: 'only-second', env: { PATH: first } })).toMatchObject({
      code: 'ENOENT',
      path: 'only-second',
      syscall: 'spawn only-second',
    })
  })

  test("when it is absent, libc's default is searched", async () => {
    expect(await run({ file: 'true', env: {} })).toMatchObject({ exitCode: 0 })
    expect(await failure({ file: 'only-second', env: {} })).toMatchObject({ code: 'ENOENT' })
  })

  test('a file that is not executable is passed over', async () => {
    expect((await run({ file: 'both', env: { PATH: both } })).stdout).toBe('second\n')
  })

  test('EACCES is reported over ENOENT', async () => {
    for (const path of [both, `${second}:${first}`])
      expect(await failure({ file: 'closed', env: { PATH: path } })).toMatchObject({
        code: 'EACCES',
        cause: { path: `${first}/closed` },
      })
  })

  test('what is no directory is passed over', async () => {
    const path = `/dev/null:${directory.at('nowhere')}:${second}`
    expect(await run({ file: 'only-second', env: { PATH: path } })).toMatchObject({ exitCode: 0 })
  })

  test("an empty entry is the child's working directory", async () => {
    const command = { file: 'only-second', cwd: second, env: { PATH: `:${first}` } }
    expect((await run(command)).stdout).toBe('only-second\n')
  })

  test('a name with a slash is not looked up', async () => {
    const command = { file: './only-second', cwd: second, env: { PATH: first } }
    expect((await run(command)).stdout).toBe('./only-second\n')
    expect(await failure({ ...command, cwd: first })).toMatchObject({ code: 'ENOENT' })
  })

  test('B15: a program called --help is a program', async () => {
    directory.write('second/--help', script, 0o755)
    expect((await run({ file: '--help', env: { PATH: second } })).stdout).toBe(`${second}/--help\n`)
  })
})

test('B15: arguments arrive as they are: argv[0], empty, with a newline, beyond ASCII', async () => {
  const file = '/bin/sh'
  expect((await run({ file, argv0: 'another', args: ['-c', 'echo "$0"'] })).stdout).toBe(
    'another\n',
  )
  const args = ['', 'a\nb', 'ä ✓ 😀', '--', '-c']
  const printer = ['-c', 'for i; do printf "[%s]" "$i"; done', 'sh']
  expect((await run({ file, args: [...printer, ...args] })).stdout).toBe(
    args.map((arg) => `[${arg}]`).join(''),
  )
})

test('B16: the environment is what was given; without any it is this process’s', async () => {
  const env = { ONE: '1', EMPTY: '', UNSET: undefined, 'ODD=KEY': 'x' }
  expect((await run({ file: '/usr/bin/env', env })).stdout).toBe('ONE=1\nEMPTY=\nODD=KEY=x\n')
  process.env.NS_TEST_OWN = 'own'
  try {
    expect((await run({ file: '/usr/bin/env' })).stdout).toContain('NS_TEST_OWN=own\n')
  } finally {
    delete process.env.NS_TEST_OWN
  }
})

test('a list of arguments that is too long is E2BIG', async () => {
  const args = Array.from({ length: 30 }, (_, i) => `${i}`.repeat(100_000))
  expect(await failure({ file: '/bin/true', args })).toMatchObject({ code: 'E2BIG' })
})

test('ten thousand arguments arrive', async () => {
  const args = ['-c', 'echo $#', 'sh', ...Array.from({ length: 10_000 }, (_, i) => `${i}`)]
  expect((await run({ file: '/bin/sh', args })).stdout).toBe('10000\n')
})

test('a program in a user namespace of its own is root there', async () => {
  expect((await run({ file: 'id', args: ['-u'] }, [rootInside()])).stdout).toBe('0\n')
})

/** An ELF whose machine is none that this kernel runs: EM_RISCV. */
function foreignProgram(): Buffer {
  const elf = launcherElf()
  elf.writeUInt16LE(243, 18)
  return elf
}
