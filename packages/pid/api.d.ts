import { NamespaceRef, RunningOptions, Contribution } from '@ns/syscalls';
declare function killAll(ref: NamespaceRef): boolean;
declare function readLastPid(ref: NamespaceRef, { user }?: RunningOptions): Promise<number>;
declare function setLastPid(ref: NamespaceRef, lastPid: number, { user }?: RunningOptions): Promise<void>;
interface PidOptions {
    readonly init?: boolean | 'until-empty' | undefined;
    readonly proc?: boolean | undefined;
    readonly lastPid?: number | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function pid(options?: PidOptions): Contribution;
interface NamespaceProcess {
    readonly pid: number;
    readonly inside: number;
    readonly parent: number;
    readonly command: string;
}
declare function processes(ref: NamespaceRef): NamespaceProcess[];
declare function toHostPid(ref: NamespaceRef, inside: number): number | undefined;
declare function toInsidePid(ref: NamespaceRef, pid: number): number | undefined;
export { killAll, pid, processes, readLastPid, setLastPid, toHostPid, toInsidePid };
export type { NamespaceProcess, PidOptions };
