import type { IConstruct } from 'constructs';
import { refuse } from './_refuse';

const REFERENCE =
  /^[a-z0-9]([-._a-z0-9]*[a-z0-9])?(:\d+)?(\/[a-z0-9]+([-._]+[a-z0-9]+)*)*(:(?<tag>\w[-.\w]{0,127}))?(@sha256:(?<digest>[0-9a-f]{64}))?$/;

/** Refuses an image that a node can pull in two versions under one name: no tag, or `latest`. */
export function checkImage(where: IConstruct, property: string, image: string): void {
  const parts = REFERENCE.exec(image)?.groups;
  if (parts === undefined) {
    refuse(
      where,
      `'${property}' must be an image reference such as 'registry.example/app:1.2.3@sha256:...', got '${image}'`,
    );
  }
  if (parts['tag'] === undefined) {
    refuse(
      where,
      `'${property}' must have a version tag, got '${image}'; write '<name>:<version>', best with '@sha256:<digest>'`,
    );
  }
  if (parts['tag'] === 'latest') {
    refuse(where, `'${property}' must not use the tag 'latest', which names another image every day, got '${image}'`);
  }
}
