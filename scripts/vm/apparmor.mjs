// Whether profiles of AppArmor deny namespaces to a copy of Node with the right code and hint, and allow them as
// docs/guides/apparmor.md says: its commands are run as they stand there. As root.
import { match, deepStrictEqual as same } from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const start = join(repository, 'scripts/vm/start.mjs')
const parser = execFileSync('apparmor_parser', ['--version'], { encoding: 'utf8' }).split('\n')[0]
/** Whether the kernel (6.7) and the parser (4.0) know the right to make a user namespace. */
const mask = '/sys/kernel/security/apparmor/features/namespaces/mask'
const mediates =
  existsSync(mask) &&
  readFileSync(mask, 'utf8').includes('userns_create') &&
  existsSync('/etc/apparmor.d/abi/4.0')

same(readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8'), 'Y\n')

/** Starts something in namespaces, as an ordinary user, by this Node; returns what came of it. */
function starting(node) {
  const who = ['--reuid', '12345', '--regid', '12345', '--clear-groups']
  const { stdout, stderr } = spawnSync('setpriv', [...who, node, start], { encoding: 'utf8' })
  if (!stdout) throw new Error(stderr)
  return JSON.parse(stdout)
}

function load(name, path, rules, flags = '') {
  const file = join(mkdtempSync('/tmp/ns-apparmor-'), name)
  const abi = existsSync('/etc/apparmor.d/abi/4.0') ? '4.0' : '3.0'
  writeFileSync(file, `abi <abi/${abi}>,\nprofile ${name} ${path} ${flags}{\n${rules}\n}\n`)
  execFileSync('apparmor_parser', ['--replace', file], { stdio: 'inherit' })
}

const copy = '/opt/denied/node'
execFileSync('install', ['-D', process.execPath, copy])
same(starting(copy).started, true)

// Everything but namespaces: before 6.7 the namespace is made, and nothing may be done in it.
const others = '  file,\n  network,\n  unix,\n  signal,\n  ptrace,'
load('denied', copy, others, 'flags=(attach_disconnected) ')
const denied = starting(copy)
console.log(denied)
same([denied.code, denied.cause], ['ERR_NS_USERNS_RESTRICTED', mediates ? 'EACCES' : 'EPERM'])
match(denied.hint, /^AppArmor confines this process by the profile 'denied'/)
match(denied.hint, mediates ? /"userns,"/ : /"capability," and "mount,"/)

const all = `${others}\n  capability,\n  mount,\n  umount,\n  pivot_root,${mediates ? '\n  userns,' : ''}`
load('denied', copy, all)
const closed = starting(copy)
console.log(closed)
match(closed.hint, /"file," and flags=\(attach_disconnected\)/)

load('denied', copy, all, 'flags=(attach_disconnected) ')
same(starting(copy).started, true)

if (mediates) {
  const guide = readFileSync(join(repository, 'docs/guides/apparmor.md'), 'utf8')
  const [, commands] = /```sh\n(.*?)```/s.exec(guide) ?? []
  const place = mkdtempSync('/tmp/ns-apparmor-')
  writeFileSync(join(place, 'program.js'), 'console.log(process.execPath)')
  writeFileSync(join(place, 'sudo'), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 })
  const env = { ...process.env, PATH: `${place}:${process.env.PATH}` }
  const output = execFileSync('sh', ['-e', '-c', commands], { cwd: place, env, encoding: 'utf8' })
  match(output, /\/opt\/sandboxes\/node\n$/)
  same(starting('/opt/sandboxes/node'), { started: true, label: 'sandboxes-node (unconfined)' })
}
console.log(
  `Linux ${release()}, ${process.arch}, ${parser}: ${mediates ? 'userns is mediated, the guide works' : 'userns is not mediated'}`,
)
