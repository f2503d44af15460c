defmodule Thumbnailer.Call.Thumbnails do
  @moduledoc false
  # Carries out checked requests for thumbnails, with the events of each call.

  alias Thumbnailer.{Call, Error, ImageInfo, Request, Source, Telemetry, Thumbnail}
  alias Thumbnailer.Protocol.Answer

  @type outcome :: {:ok, Thumbnail.t()} | {:error, Error.t()}

  @doc "The outcome of each output of the request."
  @spec make(Call.on(), Request.t()) :: {:ok, [outcome]} | {:error, Error.t()}
  def make(on, %{spec: %{outputs: outputs}} = request) do
    ask = fn -> Call.request(on, request) end
    Telemetry.span(request, on, ask, &Answer.thumbnails(&1, length(outputs)))
  end

  @doc "The outcome of a request with one output."
  @spec single({:ok, [outcome]} | {:error, Error.t()}) :: outcome
  def single({:ok, [outcome]}), do: outcome
  def single({:error, error}), do: {:error, error}

  @doc "The outcome in the program's answer to a request with one output."
  @spec read_single(map) :: outcome
  def read_single(answer), do: answer |> Answer.thumbnails(1) |> single()

  @doc "What the header of the source says."
  @spec probe(Call.on(), Request.t()) :: {:ok, ImageInfo.t()} | {:error, Error.t()}
  def probe(on, request),
    do: Telemetry.span(request, on, fn -> Call.request(on, request) end, &Answer.image/1)

  @doc "The outcome of the same request for each of `sources`, lazily, several at a time."
  @spec stream(Enumerable.t(), Call.on(), Request.t(), %{atom => term}) :: Enumerable.t()
  def stream(sources, on, request, opts) do
    refuse_to!(request)
    concurrency = Map.get(opts, :max_concurrency, 2 * System.schedulers_online())

    # Sources are checked where the stream is run, so that a wrong one raises there.
    sources
    |> Stream.map(&{&1, with_source(request, &1)})
    |> Task.async_stream(fn {source, request} -> {source, on |> make(request) |> single()} end,
      max_concurrency: concurrency,
      ordered: opts.ordered,
      timeout: :infinity
    )
    |> Stream.map(fn {:ok, result} -> result end)
  end

  defp refuse_to!(%{spec: %{outputs: [output]}}) when is_map_key(output, :to) do
    raise ArgumentError,
          "option :to does not belong here: all thumbnails would be written to #{inspect(output.to)}"
  end

  defp refuse_to!(_request), do: :ok

  defp with_source(request, source),
    do: %{request | source: source |> Source.cast!() |> Request.refuse_stream!(request.coalesce)}
end
