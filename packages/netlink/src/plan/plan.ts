import { brand, invalidOption } from '@ns/syscalls'
import type { NewAddress } from '../addresses/new-address.ts'
import type { Link, LinkRef } from '../links/link.ts'
import type { LinkChanges, NewLink } from '../links/new-link.ts'
import type { NewFdbEntry } from '../neighbours/fdb.ts'
import type { NewNeighbour } from '../neighbours/neighbours.ts'
import type { Netlink } from '../netlink.ts'
import type { NewRoute } from '../routes/new-route.ts'
import type { NextHopObject } from '../routes/next-hops.ts'
import type { RoutingRule } from '../rules/rule.ts'
import type { Discipline } from '../traffic/discipline.ts'
import type { NewFilter } from '../traffic/filters.ts'

/** One thing to add, or a link to change: what the `add` of the part with this name takes. */
export type PlanStep =
  | { readonly link: NewLink }
  | { readonly change: LinkRef; readonly to: LinkChanges }
  | { readonly address: NewAddress }
  | { readonly route: NewRoute }
  | { readonly nextHop: NextHopObject }
  | { readonly rule: RoutingRule }
  | { readonly neighbour: NewNeighbour }
  | { readonly fdb: NewFdbEntry }
  | { readonly qdisc: Discipline }
  | { readonly class: Discipline }
  | { readonly filter: NewFilter }

/** A plan that was carried out. */
export interface Applied {
  /** Takes all of it back, in reverse; what others took away meanwhile is passed over. A second time does nothing. */
  undo(): void
}

/** A plan that failed and was taken back; `cause` is why. */
export class PlanError extends Error {
  static {
    brand(PlanError, 'PlanError')
  }
  override readonly name = 'PlanError'
  /** Of the cause: `'EEXIST'`. */
  readonly code: string
  /** Which step failed, from 1, and of how many. */
  readonly step: { readonly number: number; readonly of: number; readonly kind: string }
  /** What could not be taken back. */
  readonly left: readonly Error[]

  constructor(cause: unknown, step: PlanError['step'], left: readonly Error[]) {
    const { message, code } = cause as NodeJS.ErrnoException
    const rest =
      left.length === 0 ? '' : `; ${left.length} of what was done could not be taken back`
    super(`step ${step.number} of ${step.of} (${step.kind}): ${message}${rest}`, { cause })
    this.code = code ?? 'ERR_NS_SETUP'
    this.step = step
    this.left = left
  }
}

/**
 * Carries out all of a plan, in its order, or nothing: what was done before a step failed is taken back.
 *
 * @throws {PlanError} with the step and the cause
 */
export function apply(netlink: Netlink, plan: readonly PlanStep[]): Applied {
  const undos: (() => void)[] = []
  plan.forEach((step, i) => {
    try {
      undos.push(carryOut(netlink, step))
    } catch (cause) {
      const kind = Object.keys(step)[0] ?? 'none'
      throw new PlanError(cause, { number: i + 1, of: plan.length, kind }, takeBack(undos))
    }
  })
  return {
    undo() {
      const left = takeBack(undos)
      if (left.length > 0) throw new AggregateError(left, 'not all could be taken back')
    },
  }
}

/** It is gone already: with its link, or by somebody else. */
const gone = ['ENODEV', 'ENOENT', 'ESRCH', 'EADDRNOTAVAIL', 'EINVAL']

function takeBack(undos: (() => void)[]): Error[] {
  const left: Error[] = []
  for (const undo of undos.splice(0).reverse()) {
    try {
      undo()
    } catch (error) {
      if (!gone.includes((error as NodeJS.ErrnoException).code ?? '')) left.push(error as Error)
    }
  }
  return left
}

/** Does it, and returns what takes it back. */
function carryOut(netlink: Netlink, step: PlanStep): () => void {
  const { links, addresses, routes, nextHops, rules, neighbours, fdb } = netlink
  const { qdiscs, classes, filters } = netlink
  if ('link' in step) {
    const { index } = links.add(step.link)
    return () => links.remove(index)
  }
  if ('change' in step) return change(netlink, step.change, step.to)
  if ('address' in step) {
    addresses.add(step.address)
    const { dev, address, peer } = step.address
    return () => addresses.remove({ dev, address, peer })
  }
  if ('route' in step) {
    routes.add(step.route)
    return () => routes.remove(step.route)
  }
  if ('nextHop' in step) {
    nextHops.add(step.nextHop)
    return () => nextHops.remove(step.nextHop.id)
  }
  if ('rule' in step) {
    rules.add(step.rule)
    return () => rules.remove(step.rule)
  }
  if ('neighbour' in step) {
    neighbours.add(step.neighbour)
    const { dev, address, proxy } = step.neighbour
    return () => neighbours.remove({ dev, address, proxy })
  }
  if ('fdb' in step) {
    fdb.add(step.fdb)
    return () => fdb.remove(step.fdb)
  }
  if ('qdisc' in step) {
    qdiscs.add(step.qdisc)
    const { options, ...place } = step.qdisc
    return () => qdiscs.remove(place)
  }
  if ('class' in step) {
    classes.add(step.class)
    const { options, kind, ...place } = step.class
    return () => classes.remove(place)
  }
  if ('filter' in step) {
    if (step.filter.priority === undefined)
      throw invalidOption('filter.priority: without it a plan cannot take the filter back', 'net')
    filters.add(step.filter)
    const { options, kind, ...place } = step.filter
    return () => filters.remove(place)
  }
  throw invalidOption(`a plan has no step of kind ${Object.keys(step)[0]}`, 'net')
}

/** What a link was before, of what is changed. */
function change({ links }: Netlink, ref: LinkRef, to: LinkChanges): () => void {
  const changed = Object.keys(to).filter((key) => to[key as keyof LinkChanges] !== undefined)
  const before = links.get(ref)
  const was: Record<string, unknown> = { ...settingsOf(before) }
  const lost = changed.find((key) => !Object.hasOwn(was, key))
  if (lost) throw invalidOption(`change.to.${lost}: a plan cannot take that back`, 'net')
  links.set(before.index, to)
  const back = Object.fromEntries(changed.map((key) => [key, was[key]])) as LinkChanges
  return () => links.set(before.index, back)
}

function settingsOf({
  name,
  up,
  mtu,
  mac,
  txQueueLength,
  group,
  alias,
  master,
}: Link): LinkChanges {
  return { name, up, mtu, mac, txQueueLength, group, alias: alias ?? '', master: master ?? null }
}
