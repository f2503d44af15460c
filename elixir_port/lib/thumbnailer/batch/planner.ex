defmodule Thumbnailer.Batch.Planner do
  @moduledoc false
  # What is to be done for inputs: what their outputs are called, which of them are due, and which must not be written.
  # Nothing is written here; a dry run ends here.

  alias Thumbnailer.{Batch, Error, Formats, Request}

  alias Thumbnailer.Batch.{
    Decision,
    Format,
    Journal,
    Outcome,
    OutputPaths,
    Ownership,
    Plan
  }

  alias Thumbnailer.OS.{Parallel, RawPath}
  alias Thumbnailer.Batch.Journal.{Fingerprint, OutputClaims}

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

  @doc """
  What is to be done for inputs, each `{path, relative}`, in their order.

  They go through each step together, because a step asks the file system or a table, and to ask once for many is much faster.
  """
  @spec plan(t, [{Path.t(), Path.t()}]) :: [Decision.t()]
  def plan(planner, inputs) do
    inputs
    |> Enum.map(fn {path, relative} ->
      %{path: path, full: RawPath.expand(path), relative: relative}
    end)
    |> remember(planner)
    |> Parallel.map(&examine(planner, &1))
    |> claim(planner)
    |> look(planner)
    |> Parallel.map(&decide(planner, &1))
  end

  defp remember(inputs, %{ownership: %{journal: nil}}),
    do: Enum.map(inputs, &Map.put(&1, :record, nil))

  defp remember(inputs, %{ownership: %{journal: journal}}) do
    records = Journal.records(journal, Enum.map(inputs, & &1.full))
    Enum.zip_with(inputs, records, &Map.put(&1, :record, &2))
  end

  # An input from here on is a map, or its failure.
  defp examine(planner, %{path: path} = input) do
    with :ok <- readable(planner, path),
         {:ok, content} <- Fingerprint.stat(path),
         {:ok, outputs} <- OutputPaths.find(planner.batch, path, input.relative, input.record) do
      Map.merge(input, %{content: content, outputs: outputs})
    else
      {:error, error} -> {:fail, Outcome.failed(path, error)}
    end
  end

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

  # A survey has claimed what it could; this is for the rest.
  defp claim(inputs, planner) do
    each_output(
      inputs,
      fn outputs ->
        pairs = for {input, output} <- outputs, do: {output.path, input.full}
        OutputClaims.claim(planner.ownership.claims, pairs)
      end,
      &claimed/2
    )
  end

  defp claimed(input, claims) do
    case Enum.find(Enum.zip(input.outputs, claims), &match?({_output, {:taken, _other}}, &1)) do
      nil -> input
      {output, {:taken, other}} -> {:fail, Outcome.failed(input.path, taken(output.path, other))}
    end
  end

  # What stands in the places of the outputs.
  defp look(inputs, planner) do
    each_output(
      inputs,
      fn outputs ->
        Ownership.look(planner.ownership, Enum.map(outputs, &elem(&1, 1)))
      end,
      &seen/2
    )
  end

  defp seen(input, states) do
    case Enum.find(states, &match?({:error, _error}, &1)) do
      nil ->
        Map.put(
          input,
          :states,
          for({output, {:ok, state}} <- Enum.zip(input.outputs, states), do: {output, state})
        )

      {:error, error} ->
        {:fail, Outcome.failed(input.path, error)}
    end
  end

  # Asks once for the outputs of all inputs, and gives each input its answers.
  defp each_output(inputs, ask, answer) do
    outputs = for %{outputs: outputs} = input <- inputs, output <- outputs, do: {input, output}
    hand_out(inputs, ask.(outputs), answer)
  end

  defp hand_out([], [], _answer), do: []

  defp hand_out([{:fail, _outcome} = failed | inputs], answers, answer),
    do: [failed | hand_out(inputs, answers, answer)]

  defp hand_out([input | inputs], answers, answer) do
    {own, answers} = Enum.split(answers, length(input.outputs))
    [answer.(input, own) | hand_out(inputs, answers, answer)]
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

  defp decide(_planner, {:fail, _outcome} = failed), do: failed

  defp decide(planner, input) do
    plan = %Plan{
      path: input.path,
      content: input.content,
      record: input.record,
      options: planner.options
    }

    Decision.make(planner.batch.overwrite, plan, input.states)
  end
end
