import { NamespaceRef, RunningOptions, Contribution } from '@ns/syscalls';
export { RunningOptions } from '@ns/syscalls';
interface Offsets {
    readonly monotonic?: number | undefined;
    readonly boottime?: number | undefined;
}
declare function readOffsets(ref: NamespaceRef, { user }?: RunningOptions): Promise<Required<Offsets>>;
interface TimeOptions extends Offsets {
    readonly join?: NamespaceRef | undefined;
}
declare function time(options?: TimeOptions): Contribution;
export { readOffsets, time };
export type { Offsets, TimeOptions };
