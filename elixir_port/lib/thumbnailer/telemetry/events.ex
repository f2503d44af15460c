defmodule Thumbnailer.Telemetry.Events do
  @moduledoc false
  # The table of all events: what each measures and what it says besides. The documentation and the tests are made from it.

  # The parts of a call. Durations, in native units, are absent where they are not known: of a request that was not served.
  @stop ~w(duration monotonic_time queue_time work_time)a
  @call ~w(instance source telemetry_span_context)a
  @result ~w(result error)a

  # Event, measurements, metadata, when it is sent.
  @rows [
    {[:make, :start], ~w(system_time monotonic_time)a, @call ++ [:outputs],
     "a call of `make/3`, `make_many/3` or `async/3`, or an item of `stream/3`, begins"},
    {[:make, :stop], @stop ++ ~w(bytes pixels made failed)a,
     @call ++ [:outputs, :format] ++ @result, "it ends, well or with an error"},
    {[:make, :exception], ~w(duration monotonic_time)a,
     @call ++ [:outputs] ++ ~w(kind reason stacktrace)a,
     "it raises, as the enumerable of a streamed source may"},
    {[:probe, :start], ~w(system_time monotonic_time)a, @call, "a call of `probe/2` begins"},
    {[:probe, :stop], @stop, @call ++ [:format] ++ @result, "it ends, well or with an error"},
    {[:probe, :exception], ~w(duration monotonic_time)a, @call ++ ~w(kind reason stacktrace)a,
     "it raises"},
    {[:plug, :hit], ~w(duration bytes)a, ~w(size source format status)a,
     "`Thumbnailer.Plug` answers from its cache"},
    {[:plug, :not_modified], ~w(duration)a, ~w(size source status)a,
     "it answers 304: the browser has the thumbnail"},
    {[:plug, :made], ~w(duration bytes)a, ~w(size source format status)a,
     "it answers with a thumbnail that was made now"},
    {[:plug, :refused], ~w(duration)a, ~w(size source error status)a, "it answers with an error"},
    {[:port, :start], ~w(duration)a, ~w(instance os_pid version libvips)a,
     "the program is up; the duration is that until its hello"},
    {[:port, :exit], ~w(lifetime lost)a,
     ~w(instance os_pid error message signal exit_status restart_in)a,
     "the program has ended and held `lost` requests; the next start is in `restart_in` ms"},
    {[:worker, :start], ~w(made)a, ~w(instance os_pid)a, "a worker starts"},
    {[:worker, :recycle], ~w(made)a, ~w(instance os_pid reason)a,
     "a worker is replaced: it has reached `:max_images_per_worker` or `:max_memory`; or `:failed_job`: its last image was not made; `:long_job`: it took over half a second of a processor; `:step_added`: a step came after it"},
    {[:step, :disabled], ~w(kills)a, ~w(instance step hash)a,
     "a step is switched off: it has ended `kills` workers one after the other"},
    {[:worker, :exit], ~w(made)a, ~w(instance os_pid signal exit_status)a,
     "a worker has ended, by a signal or with a status"}
  ]

  # What the words of the table mean.
  @words [
    system_time: "when it began, as `System.system_time/0`",
    monotonic_time: "the instant of the event, as `System.monotonic_time/0`",
    duration: "how long it took, in native units",
    queue_time:
      "how long the request waited in the library, in native units; absent when it was not served",
    work_time:
      "how long the program had it, in native units, its own short queue included; of a streamed source also " <>
        "the time in which it arrived; absent when it was not served",
    bytes: "the size of all thumbnails, encoded; with the plug of the answer",
    pixels: "width times height of all thumbnails",
    made: "how many thumbnails, or images of a worker, were made",
    failed: "how many outputs were not made",
    kills: "how many workers it ended",
    step: "the name of the step",
    hash: "the SHA-256 of its module, 64 digits",
    lifetime: "how long the program lived, in native units",
    lost: "how many requests it held",
    instance: "the instance that was asked, as in the option `:on`",
    source: "the path of the image, `:bytes` or `:stream`; never a tag, for there are many",
    outputs: "how many thumbnails were asked for",
    telemetry_span_context: "the same for all events of one call",
    format:
      "the format of the thumbnails, or of the image with `:probe`; `:several` when they differ, nil without any",
    result: "`:ok` when anything was made, else `:error`",
    error:
      "the reason of the first error, an atom of `Thumbnailer.Error`, or nil; an output may fail while `:result` is `:ok`",
    kind: "`:error`, `:exit` or `:throw`",
    reason: "what was raised; with `:recycle` why",
    stacktrace: "where it was raised",
    size: "the name of the size in the address; absent when nothing was found",
    status: "the HTTP status",
    os_pid: "the operating system's number of the process",
    version: "the version of the program",
    libvips: "the version of its libvips",
    message: "why the program ended, for people",
    signal: "the signal that ended the process; absent without",
    exit_status: "the status with which it ended; absent when it was killed",
    restart_in: "milliseconds"
  ]

  @typedoc "An event below `[:thumbnailer]`, its measurements, its metadata, and when it is sent."
  @type row :: {[atom], [atom], [atom], String.t()}

  @spec table() :: [row]
  def table, do: @rows

  @doc "What a measurement or a key of the metadata means."
  @spec words() :: [{atom, String.t()}]
  def words, do: @words

  @doc "The table as Markdown, and the meaning of its words."
  @spec docs() :: String.t()
  def docs do
    rows =
      for {event, measurements, metadata, about} <- @rows do
        "| `#{inspect([:thumbnailer | event])}` | #{about} | #{list(measurements)} | #{list(metadata)} |\n"
      end

    words = for {name, meaning} <- @words, do: "  * `:#{name}` - #{meaning}\n"

    "| event | sent when | measurements | metadata |\n|---|---|---|---|\n#{rows}\n#{words}"
  end

  defp list(names), do: Enum.map_join(names, ", ", &"`:#{&1}`")
end
