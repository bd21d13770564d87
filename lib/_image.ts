import type { IConstruct } from 'constructs';
import { refuse } from './_refuse';

/** Registry, with a port only in front of a slash; path; tag; digest. */
const REFERENCE =
  /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?(:\d+)?\/)?[a-z0-9]+([-._]+[a-z0-9]+)*(\/[a-z0-9]+([-._]+[a-z0-9]+)*)*(:\w[-.\w]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** Refuses an image that a node can pull in two versions under one name: no tag, or `latest`. */
export function checkImage(where: IConstruct, property: string, image: string): void {
  if (!REFERENCE.test(image)) {
    refuse(
      where,
      `'${property}' must be an image reference such as 'registry.example/app:1.2.3@sha256:...', got '${image}'`,
    );
  }
  const tag = imageTag(image);
  if (tag === undefined) {
    refuse(
      where,
      `'${property}' must have a version tag, got '${image}'; write '<name>:<version>', best with '@sha256:<digest>'`,
    );
  }
  if (tag === 'latest') {
    refuse(where, `'${property}' must not use the tag 'latest', which names another image every day, got '${image}'`);
  }
}

/** The tag of an image reference: `18` of `postgres:18`, and none of `registry.example:5000/shop`. */
export function imageTag(image: string): string | undefined {
  const [name = ''] = image.split('@');
  return /:([^:/]+)$/.exec(name)?.[1];
}
