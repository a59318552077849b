import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { attempt, KEYCTL_JOIN_SESSION_KEYRING, syscallNumber } from '@ns/syscalls'
import { lane, Scratch } from '@ns/testkit'
import { describe, expect, test } from 'vitest'
import { parse } from '../src/command-line.ts'
import { parseEnter } from '../src/enter/flags.ts'
import { execute, ns, runNs } from './support/ns.ts'

const sh = (script: string) => ['--', 'sh', '-c', script]

describe('ns run, as unshare and bwrap', () => {
  test('letters may stand together, and --share leaves a type out of --all', async () => {
    const script = 'readlink /proc/self/ns/net /proc/self/ns/uts /proc/self/ns/ipc'
    const own = (await runNs('run', ...sh(script))).stdout.split('\n')
    const letters = (await runNs('run', '-Uui', ...sh(script))).stdout.split('\n')
    expect(letters[0]).toBe(own[0])
    expect(letters[1]).not.toBe(own[1])
    expect(letters[2]).not.toBe(own[2])
    const shared = (await runNs('run', '--all', '--share', 'net', ...sh(script))).stdout.split('\n')
    expect(shared[0]).toBe(own[0])
    expect(shared[1]).not.toBe(own[1])
    for (const made of ['--hostname=x', '--uts', '--domainname=y']) {
      const both = await runNs('run', '--all', '--share', 'uts', made, '--', 'true')
      expect(both).toMatchObject({ code: 125, stderr: expect.stringContaining('--share uts') })
    }
  })

  test('mounts: tmpfs with a size, dev, proc, dir, symlink, mask, what is missing, remount', async () => {
    const mounts = [
      ...['--user', '--pid', '--tmpfs', '/mnt:1m', '--dir', '/mnt/a', '--symlink', 'a:/mnt/b'],
      ...['--dir', '/mnt/dev', '--dev', '/mnt/dev', '--dir', '/mnt/proc', '--proc', '/mnt/proc'],
      ...['--bind-try', '/nonesuch:/mnt/c', '--mask', '/etc/passwd', '--remount-ro', '/mnt'],
    ]
    const script = `readlink /mnt/b; cat /mnt/proc/1/comm; echo x > /mnt/dev/null && echo null
      wc -c < /etc/passwd; df -k --output=size /mnt | tail -1; touch /mnt/a/x || echo read-only`
    const { stdout } = await runNs('run', ...mounts, ...sh(script))
    const lines = stdout.split('\n').map((line) => line.trim())
    expect(lines).toEqual(['a', 'ns-init', 'null', '0', '1024', 'read-only', ''])
  })

  test('A13: --boottime and --monotonic shift the clocks', async () => {
    const flags = ['--user', '--boottime', '86400', '--monotonic=-5.5']
    const { stdout } = await runNs('run', ...flags, ...sh('cat /proc/self/timens_offsets'))
    expect(stdout).toMatch(/monotonic\s+-6\s+500000000\nboottime\s+86400\s+0\n/)
  })

  test('--map-user and --map-group are lines of the maps, --setgroups and --disable-nested are obeyed', async () => {
    const { geteuid, getegid } = process
    const maps = ['--map-user', `7:${geteuid?.()}:1`, '--map-group', `8:${getegid?.()}:1`]
    const flags = [...maps, '--setgroups', 'deny', '--disable-nested']
    const script = 'id -u; id -g; cat /proc/self/setgroups; unshare -U true || echo no more'
    const { stdout } = await runNs('run', ...flags, ...sh(script))
    expect(stdout).toBe('7\n8\ndeny\nno more\n')
  })

  test('--cap-drop all takes all, --cap-add gives one, --limit limits', async () => {
    const script = 'grep CapEff /proc/self/status; ulimit -n'
    const limits = ['--limit', 'nofile=64', '--limit', 'core=0']
    const none = await runNs('run', '--user', '--cap-drop', 'all', ...limits, ...sh(script))
    expect(none.stdout).toBe('CapEff:\t0000000000000000\n64\n')
    const one = await runNs(
      'run',
      '--user',
      '--cap-drop',
      'ALL',
      '--cap-add',
      'kill',
      ...sh(script),
    )
    expect(one.stdout).toMatch(/^CapEff:\t0000000000000020\n/)
  })

  test('--keyring new: the session keyring is not ours, of what is entered too', async () => {
    attempt('keyctl', KEYCTL_JOIN_SESSION_KEYRING, null) // this thread's, which its children inherit
    const command = ['perl', '-e', `print syscall(${syscallNumber('keyctl')}, 0, -3, 0)`]
    const own = (await execute(command)).stdout
    const places = [
      ['run', '--user'],
      ['enter', `--uts=/proc/${process.pid}/ns/uts`],
    ]
    for (const place of lane === 'root' ? places : places.slice(0, 1)) {
      const keyring = async (...flags: string[]) =>
        (await runNs(...place, ...flags, '--', ...command)).stdout
      expect([await keyring(), await keyring('--keyring', 'keep')]).toEqual([own, own])
      expect(await keyring('--keyring', 'new')).toMatch(/^\d+$/)
      expect(await keyring('--keyring=new')).not.toBe(own)
      const wrong = await runNs(...place, '--keyring', 'old', '--', 'true')
      expect(wrong).toMatchObject({ code: 125, stderr: expect.stringContaining('new or keep') })
    }
  })

  test('what is weaker than it looks is told, unless it is not to be', async () => {
    const told = async (...flags: string[]) =>
      (await runNs('run', '--user', '--readonly', ...flags, '--', 'true')).stderr
    expect(await told()).toMatch(/^ns: warning: .*CAP_SYS_ADMIN.*\n$/)
    expect(await told('--quiet')).toBe('')
    expect(await told('--cap-drop', 'all')).toBe('')
  })

  test('D1: --seccomp reads a filter from an fd', async () => {
    using scratch = new Scratch()
    // BPF_RET | BPF_K: SECCOMP_RET_ERRNO with ENOSYS for uname would take more; all is allowed, and it is there.
    const filter = scratch.file('filter', Buffer.from([6, 0, 0, 0, 0, 0, 0xff, 0x7f]))
    const [file = '', ...args] = [
      ...ns,
      'run',
      '--seccomp',
      '3',
      ...sh('grep Seccomp: /proc/self/status'),
    ]
    const child = spawn('sh', ['-c', `exec "$@" 3< ${filter}`, 'sh', file, ...args])
    let stdout = ''
    child.stdout.on('data', (chunk) => (stdout += chunk))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(stdout).toBe('Seccomp:\t2\n')
  })

  test('--unset-env, --argv0, --uid and --gid', async () => {
    const flags = ['--user', '--env', 'A=1', '--env', 'B=2', '--unset-env', 'PATH']
    const rest = ['--argv0', 'me', '--uid', '0', '--gid', '0']
    const script = 'echo "$0 $A$B"; /usr/bin/id -u; /usr/bin/env | /bin/grep -c ^PATH='
    const outcome = await runNs('run', ...flags, ...rest, '--', '/bin/sh', '-c', script, 'me')
    expect(outcome.stdout).toBe('me 12\n0\n0\n')
  })

  test('--owner makes the user namespace another user’s, as root; else it says what that takes', async () => {
    const flags = ['--uts', '--owner', '12345:12345']
    const ls = `"$@" ls --json --type user --pid $$`
    const outcome = await runNs('run', ...flags, ...sh(ls), 'sh', ...ns)
    if (lane === 'root') {
      const { namespaces } = JSON.parse(outcome.stdout)
      // His ids are those that it has inside.
      expect(namespaces).toMatchObject([{ type: 'user', ownerUid: 12345 }])
    } else {
      expect(outcome).toMatchObject({ code: 125, stdout: '' })
      expect(outcome.stderr).toMatch(
        /^ns: user: .* cannot become uid 12345, the owner\n {2}hint: run as root/,
      )
    }
  })

  if (lane === 'root')
    test('A17: --persist keeps what the command made, and enter finds it', async () => {
      using scratch = new Scratch()
      const file = scratch.at('uts')
      const flags = ['--hostname', 'kept', '--persist', `uts=${file}`]
      expect(await runNs('run', ...flags, '--', 'true')).toMatchObject({ code: 0, stderr: '' })
      const entered = await runNs('enter', `--uts=${file}`, '--', 'hostname')
      expect(entered.stdout).toBe('kept\n')
      expect(await runNs('run', ...sh(`umount ${file} && rm ${file}`))).toMatchObject({ code: 0 })
    })

  test.each([
    [['--share', 'net'], /--share leaves a type out of --all/],
    [['--all', '--share', 'x'], /--share x: one of user/],
    [['--persist', 'net'], /--persist net: TYPE=PATH/],
    [['--map-user', '0:1'], /--map-user 0:1: INSIDE:OUTSIDE:COUNT/],
    [['--user', '--map-user', '0:1:1'], /one map is wanted/],
    [['--boottime', 'x'], /--boottime x: a number of seconds/],
    [['--limit', 'files=3'], /--limit files=3: NAME=NUMBER.*nofile/],
    [['--seccomp', '99'], /--seccomp 99: EBADF/],
    [['--no-init', '--until-empty'], /contradict/],
    [['--outlive', '--die-with-parent'], /contradict/],
    [['--uid', '1x'], /--uid 1x: a number/],
    [['--owner', '1'], /--owner 1: UID:GID/],
    [['--tmpfs', '/a:1m:2'], /--tmpfs \/a:1m:2: TARGET or TARGET:SIZE/],
  ])('A7: %j is refused and named', (flags, message) => {
    expect(() => parse([...flags, '--', 'true'])).toThrow(message)
  })
})

describe('ns enter, as nsenter', () => {
  test('the target’s directory, and the user namespace above it', async () => {
    const [file = '', ...args] = [...ns, 'run', '-Uu', '--cwd', '/usr', ...sh('echo $$; read end')]
    const target = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [pid] = await once(target.stdout, 'data')
    const words = ['-t', `${pid}`.trim(), '-U', '-u', '--target-cwd']
    const { stdout } = await runNs('enter', ...words, ...sh('pwd; readlink /proc/self/ns/uts'))
    expect(stdout).toMatch(/^\/usr\nuts:\[\d+\]\n$/)
    const above = await runNs('enter', '-t', `${pid}`.trim(), '--user-parent', ...sh('echo in'))
    // It is ours already, or one that may not be entered: setns(2).
    expect(above.stderr).toMatch(/cannot join the user namespace that it is in/)
    target.stdin.end('\n')
    await once(target, 'close')
  })

  test.each([
    [['--target-cwd', '--uts=/x'], /--target-cwd: whose\?/],
    [['--follow-context', '--uts=/x'], /--follow-context: whose\?/],
    [['-t', '1', '--user-parent', '-U'], /one user namespace/],
  ])('A7: %j is refused', (flags, message) => {
    expect(() => parseEnter(flags)).toThrow(message)
  })
})

test('the manual in the package is the one that the flags make', async () => {
  const { stdout } = await runNs('man')
  expect(readFileSync(new URL('../man/ns.1', import.meta.url), 'utf8')).toBe(stdout)
})
