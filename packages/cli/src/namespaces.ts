import { type Namespaces, types } from '@ns/spawn'
import type { Values } from './flags.ts'
import type { mountsOf } from './mounts.ts'
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
  const asked: Readonly<Record<string, Options>> = {
    user: { map: values.user },
    uts: { hostname: values.hostname, domainname: values.domainname },
    mount: {
      root: values.root,
      readonly: values.readonly,
      mounts: mounts.length ? mounts : undefined,
    },
    pid: { init: values['no-init'] ? false : undefined },
  }
  const joins = joinsOf(values.join ?? [])
  const wanted = types.flatMap((type) => {
    const options = given(asked[type] ?? {})
    const join = joins.get(type)
    const isNamed = (values as Options)[type] !== undefined
    if (join !== undefined) {
      if (isNamed)
        throw new UsageError(`--${type} makes one, --join ${type} enters one: leave out either`)
      return [[type, { ...options, join }]]
    }
    if (!values.all && !isNamed && Object.keys(options).length === 0) return []
    return [[type, { ...(values.all ? allDefaults[type] : {}), ...options }]]
  })
  return Object.fromEntries(wanted)
}

/** Without the keys that no flag has set. */
function given(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

function joinsOf(flags: readonly string[]): Map<string, number | string> {
  const joins = new Map<string, number | string>()
  for (const flag of flags) {
    const [type = '', ...rest] = flag.split('=')
    const ref = rest.join('=')
    if (!(types as readonly string[]).includes(type) || ref === '')
      throw new UsageError(
        `--join ${flag}: TYPE=PID or TYPE=PATH is wanted, the type one of ${types.join(', ')}`,
      )
    if (joins.has(type)) throw new UsageError(`--join ${type} is given twice`)
    joins.set(type, /^\d+$/.test(ref) ? Number(ref) : ref)
  }
  return joins
}
