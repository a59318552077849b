import { NamespaceRef, Contribution } from '@ns/syscalls';
interface CgroupOptions {
    readonly placement?: string | {
        readonly fd: number;
    } | undefined;
    readonly namespace?: boolean | undefined;
    readonly join?: NamespaceRef | undefined;
}
declare function cgroup(options?: CgroupOptions): Contribution;
interface Membership {
    readonly hierarchy: number;
    readonly controllers: readonly string[];
    readonly path: string;
}
declare function readMemberships(pid: number): Membership[];
export { cgroup, readMemberships };
export type { CgroupOptions, Membership };
