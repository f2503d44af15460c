defmodule Thumbnailer.Batch.Decision do
  @moduledoc false
  # Which outputs of an input are due, by what stands in their places, what the journal says and what may be overwritten.

  alias Thumbnailer.Batch.{Outcome, Ownership, Plan}
  alias Thumbnailer.Batch.Journal.{Fingerprint, Record}

  @typedoc "What to do for an input; `:skip` with what the journal must hear of it, if anything."
  @type t :: {:make, Plan.t()} | {:skip, Outcome.t(), Record.t() | nil} | {:fail, Outcome.t()}

  @doc "Decides for a plan whose outputs are known, each with what stands in its place; reads the input where only its bytes can tell."
  @spec make(:never | :older | :always | :any, Plan.t(), [{map, Ownership.state()}]) :: t
  def make(:never, plan, states) do
    {free, stand} = Enum.split_with(states, &match?({_output, :free}, &1))
    plan |> due(free, stand) |> skip_if_done()
  end

  def make(overwrite, plan, states) do
    case Enum.find(states, &match?({_output, {:foreign, _error}}, &1)) do
      {_output, {:foreign, error}} -> {:fail, Outcome.failed(plan.path, error)}
      nil -> own(overwrite, plan, states)
    end
  end

  defp own(overwrite, plan, states) when overwrite in [:always, :any],
    do: plan |> due(states, []) |> skip_if_done()

  defp own(
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

  defp own(:older, plan, states), do: plan |> due(states, []) |> skip_if_done()

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

  # A file that was touched is read once, and known by its new time from then on.
  defp touched(%{
         record: %{content: %{mtime: then}} = record,
         content: %{mtime: now, mac: mac} = content
       })
       when then != now and mac != nil,
       do: %{record | content: content}

  defp touched(_plan), do: nil
end
