"""Addresses of the pages."""

from django.urls import URLPattern, path

from generations.views import (
    account,
    gallery,
    grids,
    importing,
    lab,
    lineage,
    media,
    outputs,
    predictions,
    prompts,
    snippets,
    studio,
    uploads,
)

urlpatterns: list[URLPattern] = [
    # The studio and its predictions
    path("", studio.studio, name="studio"),
    path("predictions/<str:prediction_id>/", predictions.prediction, name="prediction"),
    path("predictions/<str:prediction_id>/cancel/", predictions.prediction_cancel, name="prediction-cancel"),
    path("predictions/<str:prediction_id>/again/", predictions.prediction_again, name="prediction-again"),
    # Words that a person keeps
    path("prompts/", prompts.prompts, name="prompts"),
    path("prompts/recent/", prompts.prompts_recent, name="prompts-recent"),
    path("prompts/forget/", prompts.prompts_forget, name="prompts-forget"),
    path("snippets/", snippets.snippets, name="snippets"),
    path("snippets/new/", snippets.snippet_new, name="snippet-new"),
    path("snippets/<str:snippet_id>/", snippets.snippet, name="snippet"),
    path("snippets/<str:snippet_id>/delete/", snippets.snippet_delete, name="snippet-delete"),
    # Grids
    path("grids/", grids.grids, name="grids"),
    path("grids/new/", lab.grid_new, name="grid-new"),
    path("grids/<str:grid_id>/", grids.grid, name="grid"),
    path("grids/<str:grid_id>/add/", grids.grid_add, name="grid-add"),
    path("grids/<str:grid_id>/retry/", grids.grid_retry, name="grid-retry"),
    path("grids/<str:grid_id>/extend/", grids.grid_extend, name="grid-extend"),
    path("grids/<str:grid_id>/cancel/", grids.grid_cancel, name="grid-cancel"),
    path("grids/<str:grid_id>/rename/", grids.grid_rename, name="grid-rename"),
    path("grids/<str:grid_id>/delete/", grids.grid_delete, name="grid-delete"),
    # The account and a person's things
    path("account/", account.account, name="account"),
    path("account/profile/", account.profile, name="account-profile"),
    path("account/export/", account.account_export, name="account-export"),
    path("account/delete/", account.account_delete, name="account-delete"),
    path("account/deleted/", account.account_deleted, name="account-deleted"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="account-sign-out-everywhere"),
    # The gallery and its pictures
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/bin/", gallery.gallery_bin, name="gallery-bin"),
    path("gallery/bin/empty/", gallery.gallery_bin_empty, name="gallery-bin-empty"),
    path("gallery/<str:output_id>/", outputs.output, name="output"),
    path("gallery/<str:output_id>/lineage/", lineage.output_lineage, name="output-lineage"),
    path("gallery/<str:output_id>/vary/", lineage.output_vary, name="output-vary"),
    path("gallery/<str:output_id>/favourite/", outputs.output_favourite, name="output-favourite"),
    path("gallery/<str:output_id>/trash/", outputs.output_trash, name="output-trash"),
    path("gallery/<str:output_id>/restore/", outputs.output_restore, name="output-restore"),
    path("gallery/<str:output_id>/delete/", outputs.output_delete, name="output-delete"),
    path("gallery/<str:output_id>/download/<str:format>/", outputs.output_download, name="output-download"),
    # Pictures that people bring
    path("import/", importing.importing, name="import"),
    path("uploads/", uploads.upload, name="upload"),
    path("media/uploads/<str:upload_id>/<str:signature>/<str:name>", media.upload, name="media-upload"),
    path("media/<str:output_id>/<str:signature>/<str:name>", media.media, name="media"),
]
