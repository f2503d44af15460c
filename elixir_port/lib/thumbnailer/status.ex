defmodule Thumbnailer.Status do
  @moduledoc """
  What an instance tells of itself, key by key: the types of `Thumbnailer.info/1`, `Thumbnailer.sandbox_status/1` and
  `Thumbnailer.stats/1`. A later version may add keys, so match on those that you need.
  """

  alias Thumbnailer.{Error, Formats}

  @typedoc """
  What the program says of itself when it starts.

    * `:protocol` - the version of [the protocol](protocol.md)
    * `:version`, `:libvips` - of the program and of its libvips; `:libvips_origin` is whose it is
    * `:jpeg_fast_path` - whether JPEGs and WebPs are resampled without RGB pixels
    * `:codec` - the encoding of terms, which is Erlang's with this library
    * `:loaders`, `:savers` - the formats that are read and written
    * `:formats` - all formats, read or not
    * `:fonts` - the families that text of svg is drawn with
    * `:workers` - how many images are worked on at the same time
    * `:limits`, `:sandbox` - see `t:limits/0` and `t:sandbox/0`
    * `:os_pid` - the process of the program
  """
  @type info :: %{
          protocol: pos_integer,
          version: String.t(),
          libvips: String.t(),
          libvips_origin: :prebuilt | :system,
          jpeg_fast_path: boolean,
          codec: :etf | :msgpack,
          loaders: [Formats.name()],
          savers: [Formats.name()],
          formats: [format],
          fonts: [String.t()],
          workers: pos_integer,
          limits: limits,
          sandbox: sandbox,
          os_pid: pos_integer
        }

  @typedoc """
  A format: whether this program reads it (`:read`), whether it would without the option `:loaders` (`:by_default`), what
  reads it, and whether thumbnails can be written in it.
  """
  @type format :: %{
          name: Formats.name(),
          read: boolean,
          by_default: boolean,
          read_with: :libvips | :libde265 | :dav1d | :own | :embedded_jpeg,
          written: boolean
        }

  @typedoc """
  The limits of the program, by the names of the options of an instance (`Thumbnailer.InstanceOptions`): bytes, pixels,
  milliseconds (`:timeout`, `:poison_for`) or numbers.
  """
  @type limits :: %{
          max_request_bytes: pos_integer,
          max_reply_bytes: pos_integer,
          max_source_bytes: pos_integer,
          max_memory: pos_integer,
          max_step_memory: pos_integer,
          max_pixels: pos_integer,
          max_side: pos_integer,
          max_icc_bytes: pos_integer,
          max_frames: pos_integer,
          max_streams: pos_integer,
          max_images_per_worker: pos_integer,
          disable_step_after: non_neg_integer,
          poison_after: non_neg_integer,
          poison_for: pos_integer,
          timeout: pos_integer
        }

  @typedoc """
  What confines the workers on this host, as far as it was tried when the program started.

    * `:mode` - the option `:sandbox`
    * `:seccomp`, `:server` - whether the system calls of the workers, and of the program's server, are filtered
    * `:landlock` - the version of Landlock that is enforced, 0 for none
    * `:open_denied`, `:socket_denied`, `:exec_denied` - whether a worker that tried was stopped
    * `:memory` - whether the memory of a worker is limited
    * `:complete` - whether all of this holds
  """
  @type sandbox :: %{
          mode: :require | :best_effort | :audit | :off,
          seccomp: boolean,
          landlock: non_neg_integer,
          server: boolean,
          open_denied: boolean,
          socket_denied: boolean,
          exec_denied: boolean,
          memory: boolean,
          complete: boolean
        }

  @typedoc """
  What an instance is doing and has done.

    * `:state` - of the program
    * `:os_pid` - of the program; nil when it is not up
    * `:waiting`, `:sent` - requests in the queue, and those that the program holds
    * `:served`, `:failed` - how many requests were answered, and errors by reason
    * `:restarts` - how often the program has ended
    * `:latency` - see `t:latency/0`
    * `:workers`, `:memory`, `:program` - how many images can be worked on at the same time, and what the program itself
      counts; nil when it is not up
  """
  @type stats :: %{
          state: :idle | :starting | :up | :dying | :down,
          os_pid: pos_integer | nil,
          waiting: non_neg_integer,
          sent: non_neg_integer,
          served: non_neg_integer,
          failed: %{optional(Error.reason()) => pos_integer},
          restarts: non_neg_integer,
          latency: latency,
          workers: pos_integer | nil,
          memory: memory | nil,
          program: program | nil
        }

  @typedoc """
  In how many milliseconds 50, 95 and 99 percent of the requests of the last five minutes were answered, the queue included;
  at most an eighth too high. nil while there were none.
  """
  @type latency :: %{p50: number | nil, p95: number | nil, p99: number | nil}

  @typedoc "The memory that belongs to the server of the program, and to all its workers, alone; in bytes."
  @type memory :: %{server: non_neg_integer, workers: non_neg_integer}

  @typedoc """
  What the program counts since its start: the requests that were answered (`:served`) and those with an error
  (`:failed`), of which `:crashed`, `:timed_out` and `:cancelled` have these reasons; workers that were started
  (`:forked`). Now: `:busy` workers, `:queued` requests, `:streams` that are arriving.
  """
  @type program :: %{
          workers: pos_integer,
          busy: non_neg_integer,
          queued: non_neg_integer,
          streams: non_neg_integer,
          served: non_neg_integer,
          failed: non_neg_integer,
          crashed: non_neg_integer,
          timed_out: non_neg_integer,
          cancelled: non_neg_integer,
          forked: non_neg_integer,
          memory: memory
        }
end
