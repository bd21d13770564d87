import { describe, expect, it } from 'vitest';
import { checkImage, imageTag } from '../lib/_image';
import { chart } from './_build';

const digest = `@sha256:${'0'.repeat(64)}`;

describe('an image', () => {
  it.each([
    ['postgres:18', '18'],
    ['shop:2024', '2024'],
    [`shop:2024${digest}`, '2024'],
    ['library/postgres:18', '18'],
    ['localhost:5000/shop:8', '8'],
    ['registry.example.net:5000/team/shop_api:1.2.3', '1.2.3'],
    ['ghcr.io/cloudnative-pg/postgresql:18.4-standard-trixie', '18.4-standard-trixie'],
  ])('%s has tag %s', (image, tag) => {
    expect(imageTag(image)).toBe(tag);
    expect(() => checkImage(chart(), 'image', image)).not.toThrow();
  });

  it.each(['postgres', `postgres${digest}`, 'localhost:5000/shop', `registry.example.net:5000/shop${digest}`])(
    '%s has none',
    (image) => {
      expect(imageTag(image)).toBeUndefined();
      expect(() => checkImage(chart(), 'image', image)).toThrow(
        `test: 'image' must have a version tag, got '${image}'`,
      );
    },
  );

  it.each(['PG image', 'shop:', ':18', 'shop:1:2', 'host:x/shop:1', '/shop:1', 'shop/:1', `shop:1@sha256:0`, ''])(
    '%j is no reference',
    (image) => {
      expect(() => checkImage(chart(), 'image', image)).toThrow("'image' must be an image reference such as");
    },
  );
});
