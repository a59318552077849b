import { NamespaceRef, Contribution } from '@ns/syscalls';
interface CgroupOptions {
    readonly placement?: string | {
        readonly fd: number;
    } | undefined;
    readonly namespace?: boolean | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function cgroup(options?: CgroupOptions): Contribution;
interface CgroupEvents {
    readonly populated: boolean;
    readonly frozen: boolean;
    readonly memory?: Readonly<Record<string, number>> | undefined;
    readonly pids?: Readonly<Record<string, number>> | undefined;
}
interface IoLimit {
    readonly device: string;
    readonly rbps?: number | 'max' | undefined;
    readonly wbps?: number | 'max' | undefined;
    readonly riops?: number | 'max' | undefined;
    readonly wiops?: number | 'max' | undefined;
}
interface CgroupLimits {
    readonly 'memory.max'?: number | string | undefined;
    readonly 'memory.high'?: number | string | undefined;
    readonly 'memory.swap.max'?: number | string | undefined;
    readonly 'memory.oom.group'?: boolean | undefined;
    readonly 'pids.max'?: number | 'max' | undefined;
    readonly 'cpu.max'?: number | 'max' | undefined;
    readonly 'cpu.weight'?: number | undefined;
    readonly 'io.max'?: readonly IoLimit[] | undefined;
}
interface CgroupUsage {
    readonly cpu: {
        readonly total: number;
        readonly user: number;
        readonly system: number;
        readonly throttled?: number | undefined;
    };
    readonly memory?: {
        readonly current: number;
        readonly peak?: number | undefined;
        readonly swap?: number | undefined;
        readonly stat: Readonly<Record<string, number>>;
    } | undefined;
    readonly pids?: {
        readonly current: number;
        readonly peak?: number | undefined;
    } | undefined;
    readonly io?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
}
interface CgroupCreation {
    readonly parent?: string | undefined;
    readonly name?: string | undefined;
    readonly limits?: CgroupLimits | undefined;
}
interface WaitOptions {
    readonly signal?: AbortSignal | undefined;
}
declare class Cgroup {
    #private;
    readonly path: string;
    readonly fd: number;
    private constructor();
    static create(options?: CgroupCreation): Cgroup;
    static open(path: string): Cgroup;
    get processes(): readonly number[];
    get events(): CgroupEvents | undefined;
    get usage(): CgroupUsage;
    watch({ signal }?: WaitOptions): AsyncGenerator<CgroupEvents, void, void>;
    limit(limits: CgroupLimits): void;
    add(pid: number): void;
    freeze(options?: WaitOptions): Promise<void>;
    thaw(options?: WaitOptions): Promise<void>;
    kill(): void;
    empty(options?: WaitOptions): Promise<void>;
    delegate({ uid, gid }: {
        readonly uid: number;
        readonly gid: number;
    }): void;
    remove(): Promise<void>;
    close(): void;
    [Symbol.asyncDispose](): Promise<void>;
}
interface Hierarchies {
    readonly mode: 'v2' | 'hybrid' | 'v1' | 'none';
    readonly v2?: {
        readonly mount: string;
        readonly controllers: readonly string[];
    } | undefined;
    readonly v1: Readonly<Record<string, string>>;
}
declare function readHierarchies(): Hierarchies;
interface Membership {
    readonly hierarchy: number;
    readonly controllers: readonly string[];
    readonly path: string;
}
declare function readMemberships(pid: number): Membership[];
declare function readDirectory(pid: number): string;
declare function findParent(): string;
export { Cgroup, cgroup, findParent, readDirectory, readHierarchies, readMemberships };
export type { CgroupCreation, CgroupEvents, CgroupLimits, CgroupOptions, CgroupUsage, Hierarchies, IoLimit, Membership, WaitOptions };
