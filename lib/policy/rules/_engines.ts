import type { World } from '../world';

/** The engines that deliver the objects: as declared, else those whose units are among them. */
export function enginesOf(world: World): readonly ('flux' | 'argocd')[] {
  return (
    world.platform.gitops ?? [
      ...(world.all('kustomize.toolkit.fluxcd.io/v1/Kustomization').length > 0 ? ['flux' as const] : []),
      ...(world.all('argoproj.io/v1alpha1/Application').length > 0 ? ['argocd' as const] : []),
    ]
  );
}

/** Whether nothing but Flux delivers them: it compares what the API server answers, and sees no defaults. */
export function onlyFlux(world: World): boolean {
  const engines = enginesOf(world);
  return engines.length > 0 && engines.every((engine) => engine === 'flux');
}
