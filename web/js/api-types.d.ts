/** The API's schemas, written from its document by `python -m tests.api_types`. */

export interface AcceptBody {
  min_score?: number;
  max_attempts?: number;
}

export interface AcceptView {
  min_score: number;
  max_attempts: number;
}

export interface AppliedStyleView {
  id: string;
  name: string;
  prompt: string;
  negative_prompt: string | null;
  images_shown: number;
}

export type AssetBody = MasterAssetBody | FrameBody | InpaintBody;

export interface AttributesBody {
  age_range?: string | null;
  presentation?: string | null;
  ethnicity?: string | null;
  hair_color?: string | null;
  hair_style?: string | null;
  eye_color?: string | null;
  body_type?: string | null;
  outfit_style?: string | null;
}

export interface AttributesView {
  age_range: string | null;
  presentation: string | null;
  ethnicity: string | null;
  hair_color: string | null;
  hair_style: string | null;
  eye_color: string | null;
  body_type: string | null;
  outfit_style: string | null;
}

export interface BatchErrorView {
  code: string;
  detail: string;
}

export interface BatchResultView {
  character_id: string;
  generation_id: string | null;
  variant_ids: Array<string>;
  error: BatchErrorView | null;
}

export interface BatchView {
  results: Array<BatchResultView>;
}

export interface CancelView {
  cancelled: true;
  stopped: number;
  will_arrive: number;
  charged: number;
}

export interface CharacterBody {
  name: string;
  attributes?: AttributesBody;
  consistency?: ConsistencyBody;
  generate?: FirstPackBody | null;
}

export interface CharacterChangeBody {
  name?: string;
  attributes?: AttributesBody;
  consistency?: ConsistencyChangeBody;
}

export interface CharacterIdentityBody {
  type: "character";
  id: string;
  variant_type?: string | null;
}

export interface CharacterVariantsView {
  source: SourceImageView | null;
  data: Array<VariantView>;
  next_cursor: string | null;
}

export interface CharacterView {
  id: string;
  name: string;
  attributes: AttributesView;
  consistency: ConsistencyView;
  source_image: SourceImageView | null;
  generation_id: string | null;
  version: number;
  created_at: string;
  updated_at: string;
}

export type CheckStatus = "pending" | "passed" | "warned" | "failed";

export interface CheckView {
  name: string;
  value: number;
  limit: number;
  outcome: CheckStatus;
  message: string;
}

export interface ComposeBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "compose";
  input_images: Array<InputPictureBody>;
  prompt: string;
}

export interface ConsistencyBody {
  style_strength?: number | null;
  negative_prompt?: string | null;
  seed?: number | null;
}

export interface ConsistencyChangeBody {
  style_strength?: number | null;
  negative_prompt?: string | null;
}

export interface ConsistencyView {
  seed: number;
  style_strength: number | null;
  negative_prompt: string | null;
}

export type CostGroup = "mode" | "job_type" | "model" | "character" | "day";

export interface CostRowView {
  key: string;
  count: number;
  estimated: SumView;
  actual: SumView;
}

export interface CostView {
  estimated_usd: number;
  actual_usd: number;
}

export interface CostsView {
  group_by: CostGroup;
  data: Array<CostRowView>;
}

export interface DrawView {
  image_id: string;
  seed: number;
  score: number | null;
  attempts: number;
  kept: boolean;
}

export interface DrawnView {
  quality: Quality;
  tier: string;
  width: number;
  height: number;
  usd: number;
  usd_per_picture: number;
}

export interface EffectiveView {
  seed: Reach;
  style_strength: Reach | null;
  negative_prompt: Reach | null;
  size: Reach;
}

export interface EmbeddingView {
  status: CheckStatus;
  provider: string | null;
  model_version: string | null;
  reason: string | null;
}

export interface EndedJobsView {
  status: Status;
  count: number;
  mean_duration_ms: number | null;
}

export interface ErrorView {
  code: string;
  class: FailureClass;
  failure_stage: FailureStage;
  message: string;
}

export interface EstimateView {
  mode: Mode;
  provider: ProviderName;
  model: string;
  aspect_ratio: string;
  quality: Quality;
  output_format: ImageFormat | null;
  cost: EstimatedCostView;
  images: Array<EstimatedImageView>;
  negative_prompt: string | null;
  effective: EffectiveView;
  style_capsule: AppliedStyleView | null;
  moderation: ModerationView;
  quota_left: number;
}

export interface EstimatedCostView {
  estimated_usd: number;
  at_most_usd: number;
  price_table: string;
}

export interface EstimatedImageView {
  prompt: string;
  estimated_usd: number;
}

export interface ExportedVariantView {
  id: string;
  character_id: string;
  variant_type: string;
  status: VariantStatus;
  provenance: VariantProvenance;
  hero: boolean;
  version: number;
  parent_id: string | null;
  root_id: string;
  stale_identity: boolean;
  image: ImageView | null;
  qa: QaView;
  similarity: SimilarityView;
  generation_params: GenerationParamsView | null;
  error: ErrorView | null;
  created_at: string;
  download_url: string | null;
  download_expires_at: string;
}

export interface FaceSwapBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody;
  input_image: InputPictureBody;
  prompt?: string | null;
  mode: "face_swap";
}

export type FailureClass = "AUTH_ERROR" | "RATE_LIMIT" | "TEMPORARY" | "PERMANENT" | "TIMEOUT";

export type FailureStage = "validating" | "moderating" | "submitting" | "generating" | "uploading" | "persisting";

export interface FailureView {
  code: string;
  count: number;
  rate: number;
}

export interface FirstPackBody {
  image_count: number;
}

export interface FrameBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "asset";
  prompt: string;
  project_id: string;
  branch_id: string;
  asset_id?: string | null;
  job_type: "start_frame" | "end_frame";
  scene_id: string;
  shot_id: string;
}

export interface GenerationParamsView {
  prompt: string | null;
  workflow_id: string | null;
  provider: string | null;
  model: string | null;
  seed: number | null;
}

export interface GenerationSummaryView {
  id: string;
  mode: Mode;
  status: Status;
  final: boolean;
  progress: ProgressView;
  cost: CostView;
  quota: QuotaView;
  character_id: string | null;
  style_capsule: AppliedStyleView | null;
  accept: AcceptView | null;
  retry_of: string | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
}

export interface GenerationView {
  id: string;
  mode: Mode;
  status: Status;
  final: boolean;
  progress: ProgressView;
  cost: CostView;
  quota: QuotaView;
  character_id: string | null;
  style_capsule: AppliedStyleView | null;
  accept: AcceptView | null;
  retry_of: string | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
  sequence: number;
  likeness: LikenessView;
  items: Array<ItemView>;
}

export interface HealthView {
  status: "ok";
  version: string;
}

export type ImageFormat = "png" | "jpeg" | "webp";

export interface ImageInputBody {
  upload_id?: string | null;
  image_id?: string | null;
  url?: string | null;
}

export interface ImageView {
  id: string;
  url: string;
  url_expires_at: string;
  thumb_256: string | null;
  thumb_512: string | null;
  web: string | null;
  width: number;
  height: number;
  format: ImageFormat;
  size_bytes: number;
  sha256: string;
  provenance: Provenance;
  character_id: string | null;
  generation_id: string | null;
  model: string | null;
  similarity: SimilarityView;
  created_at: string;
}

export interface ImagineBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "imagine";
  prompt: string;
}

export interface InpaintBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "asset";
  prompt: string;
  project_id: string;
  branch_id: string;
  asset_id?: string | null;
  job_type: "inpaint";
  input_image: InputPictureBody;
  mask: InputPictureBody;
}

export type InputName = "reference" | "prompt" | "negative_prompt" | "seed" | "width" | "height";

export interface InputPictureBody {
  upload_id?: string | null;
  image_id?: string | null;
  url?: string | null;
  file?: string | null;
}

export interface ItemView {
  id: string;
  index: number;
  status: Status;
  attempts: number;
  seed: number;
  provider: ProviderName | null;
  model: string | null;
  effective: EffectiveView;
  image: ImageView | null;
  verdict: Judgement | null;
  draws: Array<DrawView>;
  error: ErrorView | null;
  late: boolean;
}

export type JobType = "master_asset" | "start_frame" | "end_frame" | "inpaint";

export interface JobsView {
  qa: string;
  embedding: string;
}

export type Judgement = "passed" | "best_effort" | "not_measured";

export interface KitBody {
  name: string;
  source_image?: InputPictureBody | null;
  character_id?: string | null;
  slots?: Array<string | SlotBody> | null;
  expressions?: Array<string | SlotBody> | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  quality?: Quality;
  seed?: number | null;
  accept?: AcceptBody | null;
  max_cost_usd?: number | null;
  max_concurrency?: number;
}

export interface KitChangeBody {
  name: string;
}

export interface KitIdentityBody {
  type: "reference_kit";
  id: string;
}

export interface KitPhotoView {
  image: ImageView;
  qa: QaView;
  embedding: EmbeddingView;
}

export type KitStatus = "pending" | "generating" | "ready" | "partial" | "failed" | "cancelled";

export interface KitSummaryView {
  id: string;
  name: string;
  status: KitStatus;
  character_id: string | null;
  source_image: KitPhotoView;
  anchor_image: ImageView | null;
  likeness: LikenessView;
  progress: ProgressView;
  cost: CostView;
  max_concurrency: number;
  generation_id: string;
  created_at: string;
  completed_at: string | null;
  duration_ms: number | null;
}

export interface KitView {
  id: string;
  name: string;
  status: KitStatus;
  character_id: string | null;
  source_image: KitPhotoView;
  anchor_image: ImageView | null;
  likeness: LikenessView;
  progress: ProgressView;
  cost: CostView;
  max_concurrency: number;
  generation_id: string;
  created_at: string;
  completed_at: string | null;
  duration_ms: number | null;
  slots: Record<string, SlotView>;
}

export type Lane = "priority" | "standard";

export interface LaneView {
  lane: Lane;
  waiting: number;
  in_flight: number;
  oldest_age_seconds: number | null;
}

export interface LikenessView {
  measured: number;
  pending: number;
  consistent: number;
  mean: number | null;
  worst: number | null;
}

export interface LimitsView {
  max_image_count: number;
  min_side: number;
  max_side: number;
  min_input_images: number;
  max_input_images: number;
  max_upload_bytes: number;
  max_form_bytes: number;
}

export interface CharacterListView {
  data: Array<CharacterView>;
  next_cursor: string | null;
}

export interface GenerationSummaryListView {
  data: Array<GenerationSummaryView>;
  next_cursor: string | null;
}

export interface ImageListView {
  data: Array<ImageView>;
  next_cursor: string | null;
}

export interface KitSummaryListView {
  data: Array<KitSummaryView>;
  next_cursor: string | null;
}

export interface StyleCapsuleListView {
  data: Array<StyleCapsuleView>;
  next_cursor: string | null;
}

export interface VariantListView {
  data: Array<VariantView>;
  next_cursor: string | null;
}

export interface LoraIdentityBody {
  type: "lora";
  weights: string;
  scale?: number;
}

export interface ManyVariantsBody {
  variant_type: string;
  workflow_id?: string | null;
  count?: number;
  prompt?: string | null;
  character_ids: Array<string>;
}

export interface MasterAssetBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "asset";
  prompt: string;
  project_id: string;
  branch_id: string;
  asset_id?: string | null;
  job_type: "master_asset";
}

export type Mode = "imagine" | "portrait" | "redesign" | "staging" | "compose" | "face_swap" | "asset" | "variant" | "reference";

export interface ModeView {
  mode: Mode;
  job_types: Array<JobType>;
  description: string;
  required: Array<string>;
  optional: Array<string>;
}

export interface ModelConsistencyView {
  model: string | null;
  provider: string;
  model_version: string;
  measured: number;
  consistent: number;
  mean: number | null;
  worst: number | null;
}

export interface ModelView {
  id: string;
  provider: ProviderName;
  default_for: Array<string>;
  min_pictures: number;
  max_pictures: number;
  pictures: Sees;
  takes_lora: boolean;
  aspect_ratios: Array<string>;
  output_formats: Array<ImageFormat>;
  qualities: Array<DrawnView>;
  seed: Reach;
  negative_prompt: Reach;
  style_strength: Reach;
  size: Reach;
}

export interface ModelsView {
  prices_as_of: string;
  providers: Array<ProviderName>;
  models: Array<ModelView>;
}

export interface ModerationView {
  verdict: "accepted" | "refused";
  code: "content_blocked_input" | null;
}

export interface ModesView {
  modes: Array<ModeView>;
  room_types: Array<NamedView>;
  styles: Array<NamedView>;
  poses: Array<NamedView>;
  kit_slots: Array<string>;
  kit_expressions: Array<string>;
  locale: string;
  limits: LimitsView;
}

export interface NamedView {
  slug: string;
  words: string;
}

export type OutputName = "image";

export interface OwnImageBody {
  image_id: string;
}

export interface OwnImageView {
  image_id: string;
}

export interface OwnPlaceView {
  generation_id: string;
  position: number;
  estimated_completion_at: string | null;
}

export type Plan = "free" | "paid";

export interface PortraitBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  mode: "portrait";
  character_id: string;
  prompt?: string | null;
  poses?: Array<string>;
}

export interface ProgressView {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  percent: number;
}

export type Provenance = "uploaded" | "generated";

export type ProviderName = "gemini" | "replicate" | "comfyui";

export interface QaView {
  status: CheckStatus;
  checks: Array<CheckView>;
}

export type Quality = "draft" | "standard" | "high";

export interface QueueView {
  lanes: Array<LaneView>;
  own: Array<OwnPlaceView>;
}

export interface QuotaView {
  held: number;
  charged: number;
}

export type Reach = "native" | "prompt" | "ignored";

export interface RedesignBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  input_image: InputPictureBody;
  prompt?: string | null;
  room_type: string;
  style: string;
  mode: "redesign";
}

export interface ScoredImageView {
  image_id: string;
  generation_id: string | null;
  variant_id: string | null;
  model: string | null;
  similarity: SimilarityView;
  created_at: string;
}

export interface ScoresView {
  data: Array<ScoredImageView>;
  models: Array<ModelConsistencyView>;
  next_cursor: string | null;
}

export type Sees = "any" | "person" | "input";

export type SimilarityStatus = "pending" | "measured" | "not_measured";

export interface SimilarityView {
  status: SimilarityStatus;
  score: number | null;
  verdict: Verdict | null;
  provider: string | null;
  model_version: string | null;
  source_version: number | null;
  reason: string | null;
}

export interface SlotBody {
  name: string;
  prompt: string;
}

export interface SlotView {
  status: Status;
  image: ImageView | null;
  similarity: SimilarityView | null;
  verdict: Judgement | null;
  draws: Array<DrawView>;
  attempts: number;
  seed: number | null;
  error: ErrorView | null;
  prompt: string | null;
}

export interface SourceImageView {
  image: ImageView;
  qa: QaView;
  embedding: EmbeddingView;
  jobs: JobsView;
  version: number;
  created_at: string;
}

export interface StagingBody {
  image_count?: number;
  aspect_ratio?: string | null;
  width?: number | null;
  height?: number | null;
  quality?: Quality;
  seed?: number | null;
  negative_prompt?: string | null;
  style_strength?: number | null;
  provider?: "auto" | "gemini" | "replicate" | "comfyui";
  model?: string | null;
  output_format?: ImageFormat | null;
  max_cost_usd?: number | null;
  accept?: AcceptBody | null;
  visibility?: Visibility;
  style_capsule_id?: string | null;
  identity?: CharacterIdentityBody | KitIdentityBody | LoraIdentityBody | null;
  input_image: InputPictureBody;
  prompt?: string | null;
  room_type: string;
  style: string;
  mode: "staging";
}

export interface StartedVariantsView {
  generation_id: string;
  variant_ids: Array<string>;
}

export interface StatsView {
  hours: number;
  jobs: Array<EndedJobsView>;
  images_completed: number;
  images_failed: number;
  success_rate: number | null;
  failures: Array<FailureView>;
  first_image_p50_ms: number | null;
  first_image_p95_ms: number | null;
  consistent_share: number | null;
  stored: StoredView;
}

export type Status = "queued" | "processing" | "generating" | "uploading" | "completed" | "failed" | "cancelled";

export interface StoredView {
  images: number;
  bytes: number;
}

export interface StyleCapsuleBody {
  name: string;
  prompt: string;
  negative_prompt?: string | null;
  reference_images?: Array<OwnImageBody>;
}

export interface StyleCapsuleChangeBody {
  name?: string;
  prompt?: string;
  negative_prompt?: string | null;
  reference_images?: Array<OwnImageBody>;
}

export interface StyleCapsuleView {
  id: string;
  name: string;
  prompt: string;
  negative_prompt: string | null;
  reference_images: Array<OwnImageView>;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface SumView {
  sum_usd: number;
  mean_usd: number;
}

export interface UploadBody {
  content_type: "image/png" | "image/jpeg" | "image/webp";
  size_bytes: number;
}

export interface UploadView {
  id: string;
  url: string;
  fields: Record<string, string>;
  expires_at: string;
}

export interface UsageView {
  plan: Plan;
  period: string;
  images_used: number;
  images_left: number;
  images_limit: number;
  resets_at: string;
  in_flight: number;
  in_flight_limit: number;
  requests_per_minute: number;
  stored: StoredView;
}

export type VariantProvenance = "generated" | "manually_edited" | "manual_upload";

export type VariantStatus = "pending" | "generating" | "generated" | "approved" | "rejected" | "editing";

export interface VariantUploadBody {
  upload_id?: string | null;
  image_id?: string | null;
  url?: string | null;
  file?: string | null;
  variant_type: string;
}

export interface VariantView {
  id: string;
  character_id: string;
  variant_type: string;
  status: VariantStatus;
  provenance: VariantProvenance;
  hero: boolean;
  version: number;
  parent_id: string | null;
  root_id: string;
  stale_identity: boolean;
  image: ImageView | null;
  qa: QaView;
  similarity: SimilarityView;
  generation_params: GenerationParamsView | null;
  error: ErrorView | null;
  created_at: string;
}

export interface VariantsBody {
  variant_type: string;
  workflow_id?: string | null;
  count?: number;
  prompt?: string | null;
}

export type Verdict = "consistent" | "different";

export type Visibility = "private" | "public";

export interface WorkflowView {
  name: string;
  title: string;
  description: string;
  inputs: Array<InputName>;
  outputs: Array<OutputName>;
}

export interface WorkflowsView {
  workflows: Array<WorkflowView>;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  request_id: string;
  errors: Array<FieldError>;
}

export interface FieldError {
  pointer: string;
  code: string;
  detail: string;
}

export interface GatewayMessage {
  message: string;
}
