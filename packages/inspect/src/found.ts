import type { Namespace, NamespaceType } from '@ns/syscalls'
import { readNetnsid } from './netnsid.ts'

/** A namespace while it is being looked for: how it was found, and what it says of itself. */
export class Draft {
  readonly type: NamespaceType
  readonly inode: number
  readonly processes: number[] = []
  readonly mounts: string[] = []
  readonly fds: string[] = []
  readonly sockets: string[] = []
  owner: number | undefined
  parent: number | undefined
  ownerUid: number | undefined
  netnsid: number | 'unassigned' | undefined
  /** Ways to open it, not tried yet. */
  readonly ways: (() => Namespace)[] = []
  /** Whether it was asked what it says of itself. */
  isAsked = false

  constructor(type: NamespaceType, inode: number) {
    this.type = type
    this.inode = inode
  }
}

/** All that was found so far. */
export class Found {
  readonly #drafts = new Map<string, Draft>()

  /** The draft of a namespace; a new one the first time. */
  of(type: NamespaceType, inode: number): Draft {
    const key = `${type} ${inode}`
    const known = this.#drafts.get(key)
    if (known) return known
    const draft = new Draft(type, inode)
    this.#drafts.set(key, draft)
    return draft
  }

  get drafts(): readonly Draft[] {
    return [...this.#drafts.values()].sort((a, b) => a.inode - b.inode)
  }

  /** Asks those that weren't yet; what they name is found thereby. */
  askAll(): void {
    for (const draft of this.drafts) {
      for (const way of draft.ways) {
        if (draft.isAsked) break
        using namespace = orUndefined(way)
        // Numbers are reused: what is opened now may be another one by now.
        if (namespace?.identity.inode === draft.inode) this.ask(namespace)
      }
    }
  }

  /** Takes down what an open namespace says of itself, and of those above it. */
  ask(namespace: Namespace): void {
    const draft = this.of(namespace.type, namespace.identity.inode)
    if (draft.isAsked) return
    draft.isAsked = true
    const { type } = namespace
    draft.owner = this.#follow(() => namespace.owner())
    if (type === 'pid' || type === 'user') draft.parent = this.#follow(() => namespace.parent())
    if (type === 'user') draft.ownerUid = orUndefined(() => namespace.ownerUid())
    if (type === 'net') draft.netnsid = orUndefined(() => readNetnsid(namespace))
  }

  #follow(open: () => Namespace): number | undefined {
    using namespace = orUndefined(open)
    if (!namespace) return undefined
    this.ask(namespace)
    return namespace.identity.inode
  }
}

/** What is looked at may be gone, and what is above us may not be looked at. */
function orUndefined<Value>(look: () => Value): Value | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
