import { Construct } from 'constructs';
import type { PrivateAccess } from '../access/private-access';
import { isDay } from '../_day';
import { refuse } from '../_refuse';
import { warn } from '../_warning';
import type { ApiService } from '../api/api-service';
import type { NodeLossProof } from '../platform/node-loss';
import type { Prediction } from '../platform/prediction';
import type { BackupSchedule } from '../postgres/backup-schedule';
import type { PostgresCluster } from '../postgres/postgres-cluster';
import { alternatives } from './_alternatives';
import { gitOpsFacts } from './gitops-facts';
import { serviceDiagram } from './_diagram';
import { proofSummary } from './_node-loss-tables';
import { objectives, termTables } from './_prediction-tables';
import { backupAndRestore, notProtected, openRisks } from './_record-risks';
import { type Approval, APPROVAL_HEADING, recordDigest } from './decision-digest';
import { Document } from './document';

/** Properties for `DecisionRecord`. */
export interface DecisionRecordProps {
  readonly database: PostgresCluster;
  readonly backupSchedule: BackupSchedule;
  readonly api: ApiService;

  /**
   * Parts beside the API.
   * @default - none
   */
  readonly companions?: readonly ApiService[];

  /**
   * Who may reach the service.
   * @default - not declared
   */
  readonly access?: PrivateAccess;

  /**
   * The prediction, objectives included, computed when the record is written.
   * @default - none: the record says so
   */
  readonly prediction?: () => Prediction;

  /**
   * The node-loss proof, computed when the record is written.
   * @default - nothing: the record says so
   */
  readonly nodeLoss?: () => NodeLossProof;

  /**
   * Risks that the service's owners know and accept, beside those that follow from the manifests.
   * @default - none
   */
  readonly risks?: readonly string[];

  /**
   * Who approved the record, after reading it. A change of the decision makes an approval outdated.
   * @default - not approved
   */
  readonly approval?: Approval;

  /**
   * Path below `dist/docs`.
   * @default - `<service>/decision-record.md`
   */
  readonly path?: string;
}

/**
 * The data strategy of a service in one page that people approve before data moves: what was chosen, what it costs, what
 * it can keep, and what it cannot. All figures come from the same constructs as the manifests.
 */
export class DecisionRecord extends Construct {
  public readonly path: string;
  private readonly props: DecisionRecordProps;
  private warned = false;

  /** @throws if the approval is not a name, a day and a digest */
  public constructor(scope: Construct, id: string, props: DecisionRecordProps) {
    super(scope, id);
    this.props = props;
    this.path = props.path ?? `${props.api.service}/decision-record.md`;
    this.checkApproval();
    new Document(this, 'Document', { path: this.path, produce: () => this.text() });
  }

  /** The record as it is written. */
  public text(): string {
    const body = this.body();
    const digest = recordDigest(`${body}${APPROVAL_HEADING}\n`);
    const { approval } = this.props;
    if (approval !== undefined && approval.digest !== digest && !this.warned) {
      this.warned = true;
      warn(this, `'approval' of ${approval.on} is outdated: the decision has changed; its digest is now ${digest}`);
    }
    return `${body}${APPROVAL_HEADING}\n\n${this.approvalBlock(digest)}`;
  }

  /** Digest of what is to be approved. */
  public get digest(): string {
    return recordDigest(`${this.body()}${APPROVAL_HEADING}\n`);
  }

  private body(): string {
    const { database, api } = this.props;
    const gitops = gitOpsFacts(database);
    const prediction = this.props.prediction?.();
    const proof = this.props.nodeLoss?.();
    const sections = [
      `# Decision record: data strategy of ${api.service}`,
      `How \`${api.service}\` keeps its data on platform \`${database.platform.name}\`, to be approved before data moves.`,
      decision(this.props),
      `## Picture\n\n${serviceDiagram(this.props, gitops)}`,
      `## Alternatives\n\n${alternatives(database)}`,
      `## Objectives\n\n${objectives(prediction)}`,
      `## Prediction, term by term\n\n${termTables(prediction)}`,
      `## Lost and drained nodes\n\n${proofSummary(proof)}`,
      `## Backup and restore\n\n${backupAndRestore(this.props)}`,
      `## Not protected\n\n${notProtected(this.props)}`,
      `## Open risks\n\n${openRisks(this.props, proof)}`,
    ];
    return `${sections.join('\n\n')}\n\n`;
  }

  private approvalBlock(digest: string): string {
    const { approval } = this.props;
    const note = `The digest is SHA-256 over all lines before the heading "Approval", each ended by a line feed, in UTF-8.`;
    const rows =
      approval === undefined
        ? []
        : [
            `| approved by | ${approval.by} |`,
            `| approved on | ${approval.on} |`,
            `| approved digest | \`${approval.digest}\` |`,
          ];
    const state =
      approval === undefined
        ? `**Not approved.** Who approves reads the whole page and puts name, day and the digest below as \`approval\` of the\ndecision record into the program.`
        : approval.digest === digest
          ? `**Approved as it stands.**`
          : `**Outdated.** The decision has changed since it was approved: read it again.`;
    return `${state} ${note}\n\n| | |\n| --- | --- |\n| digest of this record | \`${digest}\` |\n${rows.map((row) => `${row}\n`).join('')}`;
  }

  private checkApproval(): void {
    const { approval } = this.props;
    if (approval === undefined) {
      return;
    }
    if (typeof approval.by !== 'string' || !/^[^|`\n]{2,100}$/.test(approval.by)) {
      refuse(this, `'approval.by' must be the name of a person, got '${approval.by}'`);
    }
    if (!isDay(approval.on)) {
      refuse(this, `'approval.on' must be a day of the calendar, such as '2026-11-23', got '${approval.on}'`);
    }
    if (!/^sha256:[0-9a-f]{64}$/.test(approval.digest)) {
      refuse(
        this,
        `'approval.digest' must be 'sha256:' and 64 hexadecimal digits, as the record prints it, got '${approval.digest}'`,
      );
    }
  }
}

function decision({ database, api }: DecisionRecordProps): string {
  const { platform, synchronous, instances } = database;
  const { storage } = platform;
  const where = {
    nodeLocal:
      storage.dataLocality === undefined
        ? `node-local disks (\`${storage.storageClass}\`)`
        : `volumes with one copy on the instance's own node (\`${storage.storageClass}\`, \`${storage.dataLocality}\`)`,
    singleCopy: `volumes with one copy on any node (\`${storage.storageClass}\`)`,
    replicated: `replicated volumes (\`${storage.storageClass}\`, ${storage.replicas} copies each)`,
  }[storage.kind];
  return `## Decision

${instances} PostgreSQL instances under CloudNativePG ${platform.cloudNativePg}, each on a node of its own, on ${where}.
A commit waits for ${synchronous.number} of ${instances - 1} standbys (\`${synchronous.dataDurability}\`); a standby is promoted only with a failover
quorum. So no acknowledged write is lost with one node, and writes stop rather than become losable when no standby is
left. WAL and base backups go to \`${database.objectStore.destination}\`, off the cluster. ${api.replicas} ${api.replicas === 1 ? 'replica' : 'replicas'} of \`${api.name}\` find the
primary at \`${database.connection.host}:${database.connection.port}\`, whatever node it is on.`;
}
