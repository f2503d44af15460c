defmodule Thumbnailer.Batch.Planner do
  @moduledoc false
  # What is to be done for one input: what its outputs are called, which of them are due, and which must not be written.
  # Nothing is written here; a dry run ends here.

  alias Thumbnailer.{Batch, Error, Formats, Request}
  alias Thumbnailer.Batch.{Format, Journal, Outcome, OutputPaths, Ownership, Plan}
  alias Thumbnailer.Batch.Input.RawPath
  alias Thumbnailer.Batch.Journal.{Fingerprint, OutputClaims, Record}

  @enforce_keys [:batch, :ownership, :options]
  defstruct [:batch, :ownership, :options, loaders: nil]

  @type t :: %__MODULE__{
          batch: Batch.t(),
          ownership: Ownership.t(),
          # a digest of the options that all outputs share
          options: binary,
          # the formats that the instance reads; nil where that is not known, as in a cluster
          loaders: [Formats.name()] | nil
        }

  @doc "A planner for the images of one batch."
  @spec new(Batch.t(), Ownership.t(), [Formats.name()] | nil) :: t
  def new(batch, ownership, loaders) do
    # How long it may take does not change what comes out.
    options =
      batch.options
      |> Keyword.drop([:timeout, :retries])
      |> Enum.map(&described(&1, batch.on))
      |> Enum.sort()
      |> inspect(limit: :infinity, printable_limit: :infinity)

    %__MODULE__{
      batch: batch,
      ownership: ownership,
      options: :erlang.md5(options),
      loaders: loaders
    }
  end

  # Another module of the same name makes other pictures.
  defp described({:step, steps}, on), do: {:step, Request.steps!(on, steps)}
  defp described(option, _on), do: option

  @doc "What is to be done for the input; `:skip` with what the journal must hear of it, if anything."
  @spec plan(t, Path.t(), Path.t()) ::
          {:make, Plan.t()} | {:skip, Outcome.t(), Record.t() | nil} | {:fail, Outcome.t()}
  def plan(planner, path, relative) do
    record = record(planner, path)

    with :ok <- readable(planner, path),
         {:ok, content} <- Fingerprint.stat(path),
         {:ok, outputs} <- OutputPaths.find(planner.batch, path, relative, record),
         :ok <- claim(planner, outputs, path),
         {:ok, states} <- look(planner, outputs) do
      decide(
        planner,
        %Plan{path: path, content: content, record: record, options: planner.options},
        states
      )
    else
      {:error, error} -> {:fail, Outcome.failed(path, error)}
    end
  end

  defp record(%{ownership: %{journal: nil}}, _path), do: nil

  defp record(%{ownership: %{journal: journal}}, path),
    do: Journal.fetch(journal, RawPath.expand(path))

  # Known without a look at the file, so that a dry run says it, too.
  defp readable(%{loaders: nil}, _path), do: :ok

  defp readable(%{loaders: loaders}, path) do
    case Formats.of_path(path) do
      nil ->
        :ok

      format ->
        if format in loaders,
          do: :ok,
          else:
            {:error,
             Error.new(
               :unsupported_format,
               "#{Format.printable(path)} is #{format}, which this program does not read"
             )}
    end
  end

  # -- what is due

  # A survey has claimed what it could; this is for the rest.
  defp claim(planner, outputs, path) do
    planner.ownership.claims
    |> OutputClaims.claim(for output <- outputs, do: {output.path, RawPath.expand(path)})
    |> Enum.zip(outputs)
    |> Enum.find_value(:ok, fn
      {{:taken, other}, output} -> {:error, taken(output.path, other)}
      _claimed -> nil
    end)
  end

  @doc "What is said of an output that two inputs would have."
  @spec taken(Path.t(), Path.t()) :: Error.t()
  def taken(output, other),
    do:
      Error.new(
        :write_failed,
        "#{Format.printable(output)} is made from #{Format.printable(other)} already",
        refused: true
      )

  defp look(planner, outputs) do
    Enum.reduce_while(outputs, {:ok, []}, fn output, {:ok, states} ->
      case Ownership.look(planner.ownership, output) do
        {:ok, state} -> {:cont, {:ok, [{output, state} | states]}}
        {:error, error} -> {:halt, {:error, error}}
      end
    end)
    |> case do
      {:ok, states} -> {:ok, Enum.reverse(states)}
      refused -> refused
    end
  end

  defp decide(%{batch: %{overwrite: :never}}, plan, states) do
    {free, stand} = Enum.split_with(states, &match?({_output, :free}, &1))
    plan |> due(free, stand) |> skip_if_done()
  end

  defp decide(planner, plan, states) do
    case Enum.find(states, &match?({_output, {:foreign, _error}}, &1)) do
      {_output, {:foreign, error}} -> {:fail, Outcome.failed(plan.path, error)}
      nil -> decide_own(planner.batch.overwrite, plan, states)
    end
  end

  defp decide_own(overwrite, plan, states) when overwrite in [:always, :any],
    do: plan |> due(states, []) |> skip_if_done()

  defp decide_own(
         :older,
         %{record: %{options: options} = record, options: options} = plan,
         states
       ) do
    case Fingerprint.compare(record.content, plan.content, plan.path) do
      {:same, content} ->
        {stand, due} = Enum.split_with(states, &stands?(&1, record))
        %{plan | content: content} |> due(due, stand) |> skip_if_done()

      {:changed, content} ->
        due(%{plan | content: content}, states, []) |> skip_if_done()
    end
  end

  defp decide_own(:older, plan, states), do: plan |> due(states, []) |> skip_if_done()

  defp stands?({output, {:ours, bytes}}, record), do: Record.intact?(record, output, bytes)
  defp stands?({_output, :free}, _record), do: false

  defp due(plan, due, stand) do
    described = for {output, _state} <- stand, do: describe(output, plan.record)

    %{
      plan
      | due: Enum.map(due, &elem(&1, 0)),
        free: for({output, :free} <- due, do: output.name),
        stand: described
    }
  end

  # What is not in the journal is known by its name only.
  defp describe(output, nil), do: output
  defp describe(output, record), do: Map.merge(output, Map.get(record.outputs, output.name, %{}))

  defp skip_if_done(%{due: []} = plan), do: {:skip, Plan.outcome(plan, :skipped), touched(plan)}
  defp skip_if_done(plan), do: {:make, plan}

  # A file that was touched is hashed once, and known by its new time from then on.
  defp touched(%{
         record: %{content: %{mtime: then}} = record,
         content: %{mtime: now, hash: hash} = content
       })
       when then != now and hash != nil,
       do: %{record | content: content}

  defp touched(_plan), do: nil
end
