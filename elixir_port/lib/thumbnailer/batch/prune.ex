defmodule Thumbnailer.Batch.Prune do
  @moduledoc false
  # Deletes the thumbnails of images that are gone: only files that the journal has under their names with the bytes that they have
  # now, and none that is an image of this run.

  alias Thumbnailer.Batch.{Journal, Outcome, Ownership}
  alias Thumbnailer.OS.RawPath
  alias Thumbnailer.Batch.Journal.Record

  @doc "Reduces the images that are gone, each with the thumbnails that were deleted, or would be in a dry run."
  @spec run(Ownership.t(), journal :: pid, dry_run :: boolean, acc, (Outcome.t(), acc -> acc)) ::
          acc
        when acc: term
  def run(ownership, journal, dry_run?, acc, fun) do
    caller = self()
    ref = make_ref()
    # The journal reads one entry after the other, and cannot be asked meanwhile.
    :ok =
      Journal.each(journal, fn path, record ->
        if gone?(path), do: send(caller, {ref, path, record})
      end)

    collect(ref, acc, fn path, record, acc ->
      case delete(ownership, journal, dry_run?, path, record) do
        [] -> acc
        outputs -> fun.(%Outcome{path: path, state: :pruned, outputs: outputs}, acc)
      end
    end)
  end

  # Not one that cannot be seen for another reason.
  defp gone?(path), do: RawPath.lstat(path) in [{:error, :enoent}, {:error, :enotdir}]

  defp collect(ref, acc, act) do
    receive do
      {^ref, path, record} -> collect(ref, act.(path, record, acc), act)
    after
      0 -> acc
    end
  end

  defp delete(ownership, journal, dry_run?, path, record) do
    outputs =
      for {name, made} <- record.outputs,
          output = output(ownership, name, made),
          output != nil,
          do: output

    removed =
      if dry_run?, do: outputs, else: Enum.filter(outputs, &(:file.delete(&1.path) == :ok))

    unless dry_run? do
      Journal.write(
        journal,
        path,
        %Record{record | outputs: %{}, failed: nil},
        Enum.map(removed, & &1.name)
      )
    end

    removed
  end

  defp output(ownership, name, %{bytes: bytes} = made) do
    output = Map.merge(made, %{name: name, path: ownership.out <> "/" <> name})

    if Ownership.look(%{ownership | replace_any: false}, [output]) == [{:ok, {:ours, bytes}}],
      do: output
  end
end
