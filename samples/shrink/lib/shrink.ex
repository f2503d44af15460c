defmodule Shrink do
  @moduledoc """
  A service of one page: keeps a thumbnail of every image in one folder in another. Made to show a release and a
  container; see the Dockerfile.
  """
  use Application

  @doc "The instance that makes the thumbnails; it can read the one folder and write to the other, and nothing else."
  def thumbs, do: __MODULE__.Thumbs

  @impl true
  def start(_type, _args) do
    {photos, thumbs} = {folder(:photos), folder(:thumbs)}

    Supervisor.start_link(
      [
        {Thumbnailer, name: thumbs(), roots: [photos, thumbs]},
        {__MODULE__.Folder, photos: photos, thumbs: thumbs, size: setting(:size)}
      ],
      strategy: :one_for_one
    )
  end

  defp folder(name) do
    path = name |> setting() |> Path.expand()
    File.mkdir_p!(path)
    path
  end

  defp setting(name), do: Application.fetch_env!(:shrink, name)
end
