// The answers of api/v1.yaml; a test of the project compares the two.

export interface RiskLevel {
  code: string;
  name: string | null;
  creditRiskLevel: "A" | "B" | "C" | "D" | null;
  levelName: string | null;
  source: "official" | "own" | null;
  month: string | null;
  validUntil: string | null;
  policyVersion: string | null;
  status: "graded" | "not_graded" | "unknown";
  reason: string | null;
  notice: string;
}

export interface LevelChange {
  sequence: number;
  event: "set" | "stop";
  code: string;
  creditRiskLevel: "A" | "B" | "C" | "D" | null;
  source: "official" | "own" | null;
  formerLevel: "A" | "B" | "C" | "D" | null;
  day: string;
  seq: number;
  run: string;
}

export interface LevelChanges {
  changes: LevelChange[];
  next: number;
  last: number;
  notice: string;
}
