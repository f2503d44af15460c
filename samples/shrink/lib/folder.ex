defmodule Shrink.Folder do
  @moduledoc "Looks into the folder every second, and makes the thumbnails that are missing or older than their image."
  use GenServer

  require Logger

  def start_link(opts), do: GenServer.start_link(__MODULE__, Map.new(opts))

  @impl true
  def init(state), do: {:ok, Map.put(state, :failed, MapSet.new()), {:continue, :look}}

  @impl true
  def handle_continue(:look, state), do: {:noreply, look(state)}

  @impl true
  def handle_info(:look, state), do: {:noreply, look(state)}

  defp look(state) do
    failed =
      state.photos
      |> Path.join("*")
      |> Path.wildcard()
      |> Enum.filter(&missing?(&1, state))
      |> Thumbnailer.stream(state.size, on: Shrink.thumbs(), format: :webp, ordered: false)
      |> Enum.reject(&written?(&1, state))
      |> MapSet.new(fn {photo, _error} -> version(photo) end)

    Process.send_after(self(), :look, 1_000)
    %{state | failed: MapSet.union(state.failed, failed)}
  end

  # An image that failed is tried again when it has changed.
  defp missing?(photo, state) do
    File.regular?(photo) and version(photo) not in state.failed and
      mtime(thumb(photo, state)) < mtime(photo)
  end

  defp written?({photo, {:ok, thumbnail}}, state) do
    draft = thumb(photo, state) <> ".part"
    File.write!(draft, thumbnail.data)
    File.rename!(draft, thumb(photo, state))
    Logger.info("#{Path.basename(photo)}: #{thumbnail.width}x#{thumbnail.height}")
    true
  end

  defp written?({photo, {:error, error}}, _state) do
    Logger.warning("#{Path.basename(photo)}: #{Exception.message(error)}")
    false
  end

  defp version(photo), do: {photo, mtime(photo)}
  defp thumb(photo, state), do: Path.join(state.thumbs, Path.basename(photo) <> ".webp")

  defp mtime(path) do
    case File.stat(path, time: :posix) do
      {:ok, %{mtime: mtime}} -> mtime
      {:error, _none} -> 0
    end
  end
end
