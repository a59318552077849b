import { NamespaceRef, RunningOptions, Contribution } from '@ns/syscalls';
export { RunningOptions } from '@ns/syscalls';
interface Names {
    readonly hostname?: string | undefined;
    readonly domainname?: string | undefined;
}
declare function readNames(ref: NamespaceRef, { user }?: RunningOptions): Promise<Required<Names>>;
declare function setNames(ref: NamespaceRef, names: Names, { user }?: RunningOptions): Promise<void>;
interface UtsOptions extends Names {
    readonly join?: NamespaceRef | undefined;
}
declare function uts(options?: UtsOptions): Contribution;
export { readNames, setNames, uts };
export type { Names, UtsOptions };
