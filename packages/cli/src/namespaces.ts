import { type Namespaces, types } from '@ns/spawn'
import type { mountsOf } from './mounts.ts'
import type { Values } from './run/values.ts'
import { UsageError } from './usage-error.ts'

type Options = Readonly<Record<string, unknown>>

/** What `--all` makes of a type where no flag says otherwise; a type that isn't here is made plain. */
const allDefaults: Readonly<Record<string, Options>> = {
  user: { map: 'root' },
  uts: { hostname: 'ns' },
}

/**
 * The facade's option that the flags mean. `--all` goes through the facade's list: a type that it learns is made too.
 *
 * @throws {UsageError} for what only the command line can get wrong; the facade checks the rest
 */
export function namespacesOf(values: Values, mounts: ReturnType<typeof mountsOf>): Namespaces {
  const joins = refsOf('join', values.join)
  // Interpreters are registered for a user namespace: it is needed where none is asked for.
  const ownUser = values['load-interp'] && !joins.has('user') ? 'root' : undefined
  const asked: Readonly<Record<string, Options>> = {
    user: {
      map: mapOf(values) ?? ownUser,
      setgroups: values.setgroups,
      disableNested: values['disable-nested'],
      owner: ownerOf(values),
    },
    uts: { hostname: values.hostname, domainname: values.domainname },
    mount: {
      root: values.root,
      readonly: values.readonly,
      propagation: values.propagation,
      mounts: mounts.length ? mounts : undefined,
    },
    pid: { init: initOf(values) },
    time: { boottime: secondsOf(values, 'boottime'), monotonic: secondsOf(values, 'monotonic') },
  }
  const persist = Object.fromEntries(refsOf('persist', values.persist))
  const shared = sharedOf(values)
  const wanted = types.flatMap((type) => {
    const options = given(asked[type] ?? {})
    const join = joins.get(type)
    const isNamed = (values as Options)[type] !== undefined || (type === 'net' && values.allow)
    if (join !== undefined) {
      if (isNamed)
        throw new UsageError(`--${type} makes one, --join ${type} enters one: leave out either`)
      return [[type, { ...options, join }]]
    }
    const isAsked = isNamed || Object.keys(options).length > 0
    if (shared.includes(type)) {
      if (isAsked)
        throw new UsageError(`--share ${type} leaves out what another flag makes: leave out either`)
      return []
    }
    if (!values.all && !isAsked) return []
    return [[type, { ...(values.all ? allDefaults[type] : {}), ...options }]]
  })
  const made = Object.fromEntries(wanted)
  return values.persist ? { ...made, persist } : made
}

/** @throws {UsageError} */
function sharedOf({ all, share = [] }: Values): readonly string[] {
  const unknown = share.find((type) => !(types as readonly string[]).includes(type))
  if (unknown !== undefined)
    throw new UsageError(`--share ${unknown}: one of ${types.join(', ')} is wanted`)
  if (share.length > 0 && !all)
    throw new UsageError('--share leaves a type out of --all, which is not there')
  return share
}

/** @throws {UsageError} */
function mapOf(values: Values): unknown {
  const { 'map-user': uid, 'map-group': gid, user } = values
  if (!uid && !gid) return user
  if (user !== undefined)
    throw new UsageError(`--user=${user} and --map-user, --map-group: one map is wanted`)
  const rangesOf = (flag: string, lines: readonly string[] = []) =>
    lines.map((line) => {
      if (!/^\d{1,10}:\d{1,10}:\d{1,10}$/.test(line))
        throw new UsageError(`--${flag} ${line}: INSIDE:OUTSIDE:COUNT is wanted`)
      const [inside, outside, count] = line.split(':').map(Number)
      return { inside, outside, count }
    })
  return { uid: rangesOf('map-user', uid), gid: rangesOf('map-group', gid) }
}

/** @throws {UsageError} */
function ownerOf({ owner }: Values): { uid: number; gid: number } | undefined {
  if (owner === undefined) return undefined
  const [, uid, gid] = owner.match(/^(\d{1,10}):(\d{1,10})$/) ?? []
  if (uid === undefined) throw new UsageError(`--owner ${owner}: UID:GID is wanted`)
  return { uid: Number(uid), gid: Number(gid) }
}

/** @throws {UsageError} */
function initOf(values: Values): false | 'until-empty' | undefined {
  if (values['no-init'] && values['until-empty'])
    throw new UsageError('--no-init and --until-empty contradict each other')
  return values['no-init'] ? false : values['until-empty'] ? 'until-empty' : undefined
}

/** @throws {UsageError} */
function secondsOf(values: Values, flag: 'boottime' | 'monotonic'): number | undefined {
  const text = values[flag]
  if (text === undefined) return undefined
  if (!/^-?\d{1,10}(\.\d{1,9})?$/.test(text))
    throw new UsageError(`--${flag} ${text}: a number of seconds is wanted`)
  return Number(text)
}

/** Without the keys that no flag has set. */
function given(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** `TYPE=…` for each type, once. @throws {UsageError} */
function refsOf(
  flag: 'join' | 'persist',
  given: readonly string[] = [],
): Map<string, number | string> {
  const refs = new Map<string, number | string>()
  const wanted = flag === 'join' ? 'TYPE=PID or TYPE=PATH' : 'TYPE=PATH'
  for (const one of given) {
    const [type = '', ...rest] = one.split('=')
    const ref = rest.join('=')
    if (!(types as readonly string[]).includes(type) || ref === '')
      throw new UsageError(
        `--${flag} ${one}: ${wanted} is wanted, the type one of ${types.join(', ')}`,
      )
    if (refs.has(type)) throw new UsageError(`--${flag} ${type} is given twice`)
    refs.set(type, flag === 'join' && /^\d+$/.test(ref) ? Number(ref) : ref)
  }
  return refs
}
